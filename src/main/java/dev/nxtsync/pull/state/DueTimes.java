package dev.nxtsync.pull.state;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

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
    private static final RowMapper<Known> KNOWN = ConstructorMapper.of(Known.class);

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
            var forgotten = forgotten(transaction, rule);
            if (!forgotten.isEmpty()) {
                units(rule, UnitKind.LOAD).inCompanies(forgotten).wake(transaction);
            }
            return anew;
        });
    }

    /** Sets the settings, if others hold and their process was started before this one. */
    private boolean decides(Handle transaction, Rule rule) {
        return transaction.createUpdate("""
                insert into nxt_sync.pull_settings as known (pull, settings, started_at)
                select :pull, :settings,
                    coalesce((select started_at from nxt_sync.replica where id = :replica), clock_timestamp())
                on conflict (pull) do update set settings = excluded.settings, started_at = excluded.started_at
                where known.settings <> excluded.settings and known.started_at < excluded.started_at""")
                .bind("pull", rule.pull().name()).bind("settings", rule.hash()).bind("replica", replica.id())
                .execute() == 1;
    }

    private static boolean agrees(Handle transaction, Rule rule) {
        return transaction.createQuery(
                "select exists (select from nxt_sync.pull_settings where pull = :pull and settings = :settings)")
                .bind("pull", rule.pull().name()).bind("settings", rule.hash()).mapTo(boolean.class).one();
    }

    /** Not those that are loaded for the first time, which is due at once; a walk that has begun is never put off. */
    private static List<Known> known(Handle transaction, Rule rule) {
        return transaction.createQuery("""
                select state.company, state.due_at as due,
                    case when state.cursor is null then state.complete_as_of end as read_at,
                    greatest(state.reconciled_at, state.loaded_at) as reconciled_at, unit.due_at as reconcile_due,
                    state.reconciled_at is not null as recorded, clock_timestamp() as now,
                    exists (select from nxt_sync.pass where pass.pull = state.pull and pass.company = state.company
                        and pass.kind = 'reconciliation') as reconciling
                from nxt_sync.pull_state state join nxt_sync.job unit on unit.kind = 'reconciliation'
                    and unit.pull = state.pull and unit.company = state.company
                where state.pull = :pull and unit.connection = :connection and unit.scope = :scope
                    and state.loaded_at is not null""").bind("pull", rule.pull().name())
                .bind("connection", rule.pull().connection()).bind("scope", rule.scope().text()).map(KNOWN).list();
    }

    /**
     * Where nothing is loaded, and no load is due. A fail-over may lose the pages of a load, but not that its unit was freed
     * after them.
     */
    private static List<Integer> forgotten(Handle transaction, Rule rule) {
        return transaction.createQuery("""
                select state.company
                from nxt_sync.pull_state state join nxt_sync.job unit on unit.kind = 'load'
                    and unit.pull = state.pull and unit.company = state.company
                where state.pull = :pull and unit.connection = :connection and unit.scope = :scope
                    and state.loaded_at is null and state.state = 'ok' and state.held is null
                    and unit.holder is null and unit.wanted <= unit.served and unit.due_at\s""" + Timestamps.IS_NEVER)
                .bind("pull", rule.pull().name()).bind("connection", rule.pull().connection())
                .bind("scope", rule.scope().text()).mapTo(Integer.class).list();
    }

    private static boolean move(Handle transaction, Rule rule, Known known, boolean anew) {
        Instant due = known.due(rule.cadence(), anew);
        Instant reconcileDue = known.reconcileDue(rule.pull().reconcile(), anew);
        if (due.equals(known.due()) && reconcileDue.equals(known.reconcileDue())) {
            return false;
        }
        // what a run has put elsewhere meanwhile stays there
        return transaction.createUpdate("""
                update nxt_sync.pull_state set due_at = :due
                where pull = :pull and company = :company and due_at = :known and due_at <> :due""").bind("due", due)
                .bind("pull", rule.pull().name()).bind("company", known.company()).bind("known", known.due()).execute()
                + units(rule, UnitKind.RECONCILIATION).inCompanies(List.of(known.company())).reschedule(transaction,
                        known.reconcileDue(), reconcileDue) > 0;
    }

    /** A unit that serves several pulls finds by itself when it is due. */
    private static void wake(Handle transaction, Rule rule, boolean anew) {
        var companies = companies(transaction, rule);
        var readers = units(rule, UnitKind.POLL, UnitKind.FETCH, UnitKind.LOAD).inCompanies(companies);
        if (anew) {
            readers.wakeAtOnce(transaction);
            units(rule, UnitKind.RECONCILIATION).inCompanies(companies).endBackOff(transaction);
            units(rule, UnitKind.PROOF).inCompanies(companies).wakeAtOnce(transaction);
        } else {
            readers.wake(transaction);
        }
    }

    private static UnitSelection units(Rule rule, UnitKind... kinds) {
        return UnitSelection.of(rule.pull().name(), kinds).on(rule.pull().connection()).inScope(rule.scope());
    }

    private static List<Integer> companies(Handle transaction, Rule rule) {
        return transaction.createQuery("select company from nxt_sync.pull_state where pull = :pull")
                .bind("pull", rule.pull().name()).mapTo(Integer.class).list();
    }
}
