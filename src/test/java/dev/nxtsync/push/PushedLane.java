package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.push.outbox.PushStore;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** A push of its own whose rows are all in one lane, turn by turn, with a server that is a function. */
final class PushedLane {
    static final PushStore STORE = PushStore.migrated();
    private static final int LANE = 3;
    /** Of the lane. */
    static final List<String> GROUPS = STORE.database().rows("""
            select 'g' || n as name from generate_series(1, 4000) n where (hashtext('g' || n) & 15) = 3 limit 100""")
            .stream().map(row -> row.get("name")).toList();
    private static int number;

    final String push = "q" + ++number;
    final int company = 90_000 + number;
    final PushPlans plans = new PushPlans();
    final Erp erp = new Erp(new Random(1), "yourReference", rows -> {
    });
    /** What is told of progress. */
    Progress progress = () -> {
    };
    /** How many requests were made. */
    int requests;
    private Function<Question, Answer> server = question -> {
        throw new IllegalStateException();
    };
    private final PushJob lane = PushJobFixture.lane(STORE, plans, question -> {
        requests++;
        return server.apply(question);
    });

    PushedLane() {
        erp.trouble = 0;
    }

    void plan(Operation operation, String keyColumn) {
        plans.put(push, new PushPlans.ReadyPush(PushFixture.plan(push, company, operation, keyColumn)));
    }

    void take(String key, String payload, String group) throws SQLException {
        STORE.store().inTransaction(transaction -> {
            try (var call = transaction.getConnection().prepareStatement("select nxt_sync.push(?, ?, ?::json, ?, ?)")) {
                call.setString(1, push);
                call.setString(2, key);
                call.setString(3, payload);
                call.setInt(4, company);
                call.setString(5, group);
                return call.execute();
            }
        });
    }

    /** So many orders to create, each in a group of its own, whose customerNo is their number. */
    void create(int rows) throws SQLException {
        plan(Operation.CREATE, "yourReference");
        for (int i = 0; i < rows; i++) {
            take("k" + i, "{\"customerNo\": " + i + "}", GROUPS.get(i));
        }
    }

    /** Lets the lane have so many turns, each after every pause. */
    void work(Function<Question, Answer> answering, int turns) throws SQLException {
        for (int turn = 0; turn < turns; turn++) {
            turn(answering);
            STORE.database().execute("update nxt_sync.outbox set next_at = next_at - interval '20 min', "
                    + "sent_at = sent_at - interval '20 min' where push = '" + push + "' and next_at is not null");
        }
    }

    /** Lets so many minutes pass, with a turn after each. */
    void minutes(Function<Question, Answer> answering, int minutes) throws SQLException {
        for (int minute = 0; minute < minutes; minute++) {
            STORE.database().execute("update nxt_sync.outbox set next_at = next_at - interval '1 min', "
                    + "sent_at = sent_at - interval '1 min' where push = '" + push + "'");
            turn(answering);
        }
    }

    /** A person has a dead row sent again. */
    void retry(String key) throws SQLException {
        org.assertj.core.api.Assertions
                .assertThat(STORE.entries().retry(Long.parseLong(of(key, "id")), Optional.empty())).isTrue();
    }

    void turn(Function<Question, Answer> answering) throws SQLException {
        server = answering;
        Claims replica = STORE.replica();
        announce();
        if (replica.claim(
                WorkUnit.ofLane("main", Tenant.company(company), push, LANE)) instanceof Claims.Claimed claimed) {
            Outcome outcome = lane.run(claimed.claim(), progress);
            replica.free(claimed.claim(),
                    outcome instanceof Outcome.Done done ? Optional.of(done.nextDue()) : Optional.empty(),
                    Optional.empty(), outcome instanceof Outcome.Done);
        }
    }

    void announce() throws SQLException {
        STORE.tables().lanes().announce(Map.of(push, "main"));
    }

    long count(String condition) {
        return STORE.database()
                .number("select count(*) from nxt_sync.outbox where push = '" + push + "' and " + condition);
    }

    String of(String key, String column) {
        return STORE.database().value(
                "select " + column + " from nxt_sync.outbox where push = '" + push + "' and key = '" + key + "'");
    }

    /** What is in the way of the push, by its code. */
    Optional<String> inTheWay() {
        return STORE.database()
                .rows("select code from nxt_sync.push_state where code is not null and push = '" + push + "'").stream()
                .map(row -> row.get("code")).findFirst();
    }
}
