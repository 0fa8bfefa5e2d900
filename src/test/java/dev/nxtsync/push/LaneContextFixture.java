package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.jobs.CompanyAccessFixture;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** What the steps of one run share, of a lane whose rows have been taken. */
final class LaneContextFixture {
    private LaneContextFixture() {}

    static LaneContext lane(PushedLane pushed, Function<Question, Answer> server) throws SQLException {
        pushed.announce();
        var store = PushedLane.STORE;
        var claim = ((Claims.Claimed) store.replica()
                .claim(WorkUnit.ofLane("main", Tenant.company(pushed.company), pushed.push, 3))).claim();
        var plan = pushed.plans.ready(pushed.push).orElseThrow();
        var outages = new OutageLog();
        var failures = new PushFailures(pushed.plans, store.tables().states(), CompanyAccessFixture.access(outages),
                outages, new Threads(Clock.systemUTC(), new SimpleMeterRegistry()));
        var services = new LaneServices(NxtClientFixture.answering(server), store.outbox(), store.reader(),
                store.tables().states(), store.runs(), failures, new SimpleMeterRegistry());
        var clock = services.outbox().clock();
        var report = new PushReport(claim, clock.now());
        return new LaneContext(services, claim, plan,
                new Resolution(plan, plan.creator(), claim.company(), PushFixture.LIMITS), clock, report,
                new Settling(services.outbox(), claim, report, () -> {
                }), new PushHistory(new BatchSize(PushFixture.LIMITS.timeLimit()), new AnsweredRequests()));
    }

    static Lookup lookup(LaneContext lane) {
        return new Lookup(lane.services().nxt(), lane.plan(), lane.claim().tenant(), lane.settling()::requestEnded,
                answered -> {
                });
    }

    /** All rows of a lane, as they are stored. */
    static List<OutboxRow> rows(PushedLane pushed) throws SQLException {
        Collection<Long> ids = PushedLane.STORE.database()
                .rows("select id from nxt_sync.outbox where push = '" + pushed.push + "' order by id").stream()
                .map(row -> Long.valueOf(row.get("id"))).toList();
        return PushedLane.STORE.reader().read(ids);
    }
}
