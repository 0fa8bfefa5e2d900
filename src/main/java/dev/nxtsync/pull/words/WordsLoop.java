package dev.nxtsync.pull.words;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.schedule.Backoff;

/**
 * Has words read daily, and when other columns are pulled than before, in a thread of its own: nothing else waits for them. The
 * first time is a minute after the start, once the loads have had their turn.
 */
@Singleton
class WordsLoop {
    private static final Logger LOG = Logger.getLogger(WordsLoop.class);
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration AGAIN = Duration.ofDays(1);

    private final PullPlans plans;
    private final WordReading reading;
    private final Comments comments;
    private final LongSupplier nanos;
    private final Map<String, Turn> turns = new HashMap<>();

    /**
     * When it is a connection's turn.
     *
     * @param read the plans that words were read for
     * @param failures in a row
     * @param next as the clock says
     */
    private record Turn(List<PullPlan> read, int failures, long next) {}

    @Inject
    WordsLoop(PullPlans plans, WordReading reading, Comments comments) {
        this(plans, reading, comments, System::nanoTime);
    }

    WordsLoop(PullPlans plans, WordReading reading, Comments comments, LongSupplier nanos) {
        this.plans = plans;
        this.reading = reading;
        this.comments = comments;
        this.nanos = nanos;
    }

    void begin(@Observes Threads begun) {
        begun.repeat("words", LOOK, this::look);
    }

    void look() {
        RuntimeException fault = null;
        for (String connection : plans.plannedConnections()) {
            long now = nanos.getAsLong();
            var turn = turns.computeIfAbsent(connection, each -> new Turn(List.of(), 0, now + FIRST.toNanos()));
            var pulled = plans.ready(connection);
            boolean isNew = turn.failures() == 0 && !turn.read().isEmpty() && !turn.read().equals(pulled);
            if (isNew || now - turn.next() >= 0) {
                try {
                    turns.put(connection, taken(connection, pulled, turn, now));
                } catch (RuntimeException e) {
                    // the other connections have their turn all the same
                    turns.put(connection, failed(turn, now));
                    fault = e;
                }
            }
        }
        if (fault != null) {
            throw fault;
        }
    }

    private Turn taken(String connection, List<PullPlan> pulled, Turn turn, long now) {
        try {
            reading.read(connection, pulled);
            comments.write(connection, pulled);
            return new Turn(pulled, 0, now + AGAIN.toNanos());
        } catch (FailedAnswer | SQLException e) {
            LOG.debugf("connection %s: names of enumerations are read later: %s", connection, e.getMessage());
            return failed(turn, now);
        }
    }

    private static Turn failed(Turn turn, long now) {
        int failures = turn.failures() + 1;
        return new Turn(turn.read(), failures, now + Backoff.after(failures).toNanos());
    }
}
