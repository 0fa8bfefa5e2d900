package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.database.Database;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.schedule.Heartbeat;

/** Tells the log of rows that are set aside, whichever run met them, and however often runs meet them again. */
@Singleton
class RowsSetAside {
    private static final Logger LOG = Logger.getLogger(RowsSetAside.class);

    private final Database database;
    private final Heartbeat heartbeat;
    private final PullPlans plans;
    private final ConditionLog<String> conditions;
    private final TreeSet<String> known = new TreeSet<>();

    @Inject
    RowsSetAside(Database database, Heartbeat heartbeat, PullPlans plans) {
        this(database, heartbeat, plans, new ConditionLog<>());
    }

    RowsSetAside(Database database, Heartbeat heartbeat, PullPlans plans, ConditionLog<String> conditions) {
        this.conditions = conditions;
        this.plans = plans;
        this.database = database;
        this.heartbeat = heartbeat;
    }

    void begin(@Observes Threads threads) {
        threads.repeat("rows-set-aside", Duration.ofSeconds(10), this::look);
    }

    void look() {
        if (heartbeat.problem().isEmpty()) {
            try {
                look(database.inTransaction(RowFaults::count));
            } catch (SQLException e) {
                LOG.debugf("rows that are set aside are counted again later: %s", e.getMessage());
            }
        }
    }

    private void look(Map<String, Long> counts) {
        counts.forEach((pull, count) -> {
            known.add(pull);
            if (conditions.isNews(pull, count.toString())) {
                LOG.warnf("Pull %s: %s set aside; nxt_sync.row_fault says why", pull,
                        Words.count(count, "row is", "rows are"));
            }
        });
        for (String pull : new TreeSet<>(known)) {
            if (!counts.containsKey(pull)) {
                known.remove(pull);
                plans.forgetMisfits(pull);
                conditions.over(pull).ifPresent(lasted -> LOG.infof("Pull %s: no row is set aside any more, after %s",
                        pull, Words.time(lasted)));
            }
        }
    }
}
