package dev.nxtsync.pull.state;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;
import dev.nxtsync.tenant.Scope;

/**
 * Has stored due times follow the settings that they were computed from. Of processes with different settings the one that was
 * started last decides about a pull; the others let its due times stand, so that two never undo each other's. Safe for any
 * number of threads.
 */
@Singleton
public class DueTimes {
    private final Database database;
    private final Replica replica;

    DueTimes(Database database, Replica replica) {
        this.database = database.promptly();
        this.replica = replica;
    }

    /** What the due times of a pull follow from. */
    public record Rule(Settings.Pull pull, Cadence cadence, Scope scope) {
        private UUID hash() {
            return UUID.nameUUIDFromBytes((pull + " " + cadence).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The times of a company, by the database's clock. */
    private record Known(int company, Instant due, Optional<Instant> readAt, Instant reconciledAt, Instant reconcileDue,
            boolean recorded, boolean reconciling, Instant now) {

        /** @param anew whether it is planned by other settings than these */
        Instant due(Cadence cadence, boolean anew) {
            return anew && readAt.isPresent() ? cadence.next(readAt.get()) : earlier(due, cadence.next(now));
        }

        Instant reconcileDue(Duration every, boolean anew) {
            if (reconciling) {
                return reconcileDue;
            }
            Instant planned = reconciledAt.plus(every);
            // a version before this one did not record the last: not all that it loaded long ago is due at once
            return anew && (recorded || planned.isAfter(now)) ? planned : earlier(reconcileDue, now.plus(every));
        }

        private static Instant earlier(Instant a, Instant b) {
            return a.isBefore(b) ? a : b;
        }
    }

    /**
     * Plans anew what was planned by other settings, which also ends every back-off, since it may have been them that failed.
     * Of what was planned by these, only what a process with others has put off for longer than these settings ever do is due
     * sooner.
     *
     * @return whether the settings are others than those before
     */
    public boolean follow(Rule rule) throws SQLException {
        return database.inTransaction(transaction -> {
            boolean anew = decides(transaction, rule);
            if (!anew && !agrees(transaction, rule)) {
                return false;
            }
            boolean moved = anew;
            for (Known known : known(transaction, rule)) {
                moved |= move(transaction, rule, known, anew);
            }
            if (anew) {
                PullCondition.hurry(transaction, List.of(rule.pull().name()));
            }
            if (moved) {
                wake(transaction, rule, anew);
            }
            return anew;
        });
    }

    /** Sets the settings, if others hold and their process was started before this one. */
    private boolean decides(Handle transaction, Rule rule) throws SQLException {
        try (var decide = transaction.getConnection().prepareStatement("""
                insert into nxt_sync.pull_settings as known (pull, settings, started_at)
                select ?, ?, coalesce((select started_at from nxt_sync.replica where id = ?), clock_timestamp())
                on conflict (pull) do update set settings = excluded.settings, started_at = excluded.started_at
                where known.settings <> excluded.settings and known.started_at < excluded.started_at""")) {
            decide.setString(1, rule.pull().name());
            decide.setObject(2, rule.hash());
            decide.setObject(3, replica.id());
            return decide.executeUpdate() == 1;
        }
    }

    private static boolean agrees(Handle transaction, Rule rule) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement("select from nxt_sync.pull_settings where pull = ? and settings = ?")) {
            select.setString(1, rule.pull().name());
            select.setObject(2, rule.hash());
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Not those that are loaded for the first time, which is due at once; a walk that has begun is never put off. */
    private static List<Known> known(Handle transaction, Rule rule) throws SQLException {
        try (var select = transaction.getConnection().prepareStatement("""
                select state.company, state.due_at, case when state.cursor is null then state.complete_as_of end,
                    greatest(state.reconciled_at, state.loaded_at), unit.due_at, clock_timestamp(),
                    exists (select from nxt_sync.pass where pass.pull = state.pull and pass.company = state.company
                        and pass.kind = 'reconciliation'), state.reconciled_at is not null
                from nxt_sync.pull_state state join nxt_sync.job unit on unit.kind = 'reconciliation'
                    and unit.pull = state.pull and unit.company = state.company
                where state.pull = ? and unit.connection = ? and unit.scope = ? and state.loaded_at is not null""")) {
            select.setString(1, rule.pull().name());
            select.setString(2, rule.pull().connection());
            select.setString(3, rule.scope().text());
            var known = new ArrayList<Known>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    known.add(new Known(row.getInt(1), instant(row, 2), Timestamps.instant(row, 3), instant(row, 4),
                            instant(row, 5), row.getBoolean(8), row.getBoolean(7), instant(row, 6)));
                }
            }
            return known;
        }
    }

    private static boolean move(Handle transaction, Rule rule, Known known, boolean anew) throws SQLException {
        if (known.due(rule.cadence(), anew).equals(known.due())
                && known.reconcileDue(rule.pull().reconcile(), anew).equals(known.reconcileDue())) {
            return false;
        }
        // what a run has put elsewhere meanwhile stays there
        try (var state = transaction.getConnection().prepareStatement(
                "update nxt_sync.pull_state set due_at = ? where pull = ? and company = ? and due_at = ? and due_at <> ?")) {
            Instant due = known.due(rule.cadence(), anew);
            state.setObject(1, Timestamps.timestamp(due));
            state.setString(2, rule.pull().name());
            state.setInt(3, known.company());
            state.setObject(4, Timestamps.timestamp(known.due()));
            state.setObject(5, Timestamps.timestamp(due));
            return state.executeUpdate()
                    + units(rule, UnitKind.RECONCILIATION).inCompanies(List.of(known.company())).reschedule(transaction,
                            known.reconcileDue(), known.reconcileDue(rule.pull().reconcile(), anew)) > 0;
        }
    }

    /** A unit that serves several pulls finds by itself when it is due. */
    private static void wake(Handle transaction, Rule rule, boolean anew) throws SQLException {
        var companies = companies(transaction, rule);
        var readers = units(rule, UnitKind.POLL, UnitKind.FETCH, UnitKind.LOAD).inCompanies(companies);
        if (anew) {
            readers.wakeAtOnce(transaction);
            units(rule, UnitKind.RECONCILIATION).inCompanies(companies).endBackOff(transaction);
        } else {
            readers.wake(transaction);
        }
    }

    private static UnitSelection units(Rule rule, UnitKind... kinds) {
        return UnitSelection.of(rule.pull().name(), kinds).on(rule.pull().connection()).inScope(rule.scope());
    }

    private static List<Integer> companies(Handle transaction, Rule rule) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement("select company from nxt_sync.pull_state where pull = ?")) {
            select.setString(1, rule.pull().name());
            var companies = new ArrayList<Integer>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    companies.add(row.getInt(1));
                }
            }
            return companies;
        }
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return Timestamps.instant(row, column).orElseThrow();
    }
}
