package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxDepth.PushDepth;
import dev.nxtsync.push.outbox.PushTables;
import dev.nxtsync.push.plan.PushPlanner;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.WorkEvent;
import dev.nxtsync.schedule.WorkEvent.Course;
import dev.nxtsync.schedule.WorkUnit;

/** Runs one push at once for a command, beside daemons that share the database. */
@Singleton
public class RunPush {
    private static final int PATIENCE = 5;

    private final PushSettings settings;
    private final PushPlanner planner;
    private final PushJob job;
    private final PushTables tables;
    private final Claims claims;
    private final Outbox outbox;

    RunPush(PushSettings settings, PushPlanner planner, PushJob job, PushTables tables, Claims claims, Outbox outbox) {
        this.settings = settings;
        this.planner = planner;
        this.job = job;
        this.tables = tables;
        this.claims = claims;
        this.outbox = outbox;
    }

    /**
     * Runs until nothing can be sent or looked for now.
     *
     * @param out is told what is in the way, and how the push stands at the end
     * @return whether nothing was in the way, and no row is dead
     * @throws dev.nxtsync.graphql.FailedAnswer if the schema cannot be read
     */
    public boolean run(Settings.Push push, Consumer<WorkEvent> out) throws SQLException {
        Optional<Problem> flaw = tables.origin().held();
        if (flaw.isEmpty()) {
            settings.write();
            settings.complete();
            flaw = planner.plan(push);
        }
        if (flaw.isPresent()) {
            out.accept(new WorkEvent(Course.IN_THE_WAY, "push " + push.name() + ": " + flaw.get().coded()));
            return false;
        }
        tables.lanes().announce(Map.of(push.name(), push.connection()));
        boolean well = true;
        for (WorkUnit due : tables.lanes().dueLanes(push.name(), push.connection())) {
            var attempt = claims.claim(due);
            if (attempt instanceof Claims.UnitTaken taken) {
                out.accept(new WorkEvent(Course.SKIPPED, "push " + push.name() + ", " + due.owner().orElseThrow()
                        + ", lane " + due.lane() + ": another process sends it (" + taken.holder() + ")"));
            } else if (attempt instanceof Claims.Claimed claimed) {
                well &= work(claimed.claim(), out);
            }
        }
        var states = tables.depth().depths().getOrDefault(push.name(), PushDepth.EMPTY).states();
        long dead = states.getOrDefault("dead", 0L);
        out.accept(new WorkEvent(dead > 0 ? Course.IN_THE_WAY : Course.WELL, "push " + push.name() + ": "
                + List.of("done", "waiting", "in_doubt", "dead").stream()
                        .map(state -> states.getOrDefault(state, 0L) + " " + state.replace('_', ' '))
                        .reduce((a, b) -> a + ", " + b).orElse("")
                + (dead > 0 ? "; see: dead-letters list" : "")));
        return well && dead == 0;
    }

    private boolean work(Claim claim, Consumer<WorkEvent> out) throws SQLException {
        Outcome last = new Outcome.Again(java.time.Duration.ZERO);
        try {
            int failures = 0;
            while (true) {
                last = job.run(claim, () -> {
                });
                if (last instanceof Outcome.Done done) {
                    if (done.nextDue().isAfter(outbox.clock().now())) {
                        return true;
                    }
                } else if (++failures == PATIENCE || !((Outcome.Again) last).waitOut()) {
                    var reason = tables.states().obstacles(Map.of(claim.entry(), "")).stream()
                            .map(each -> each.reason().coded()).findFirst()
                            .orElse("it could not be sent; the log of the daemon says why");
                    out.accept(new WorkEvent(Course.IN_THE_WAY,
                            "push " + claim.entry() + ", " + claim.tenant() + ": " + reason));
                    return false;
                }
            }
        } finally {
            claims.free(claim, last instanceof Outcome.Done done ? Optional.of(done.nextDue()) : Optional.empty(),
                    Optional.empty(), true);
        }
    }
}
