package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** The lanes of pushes as units of work: in which something is to be done, and when. */
@Singleton
public class PushLanes {
    private final Database database;

    public PushLanes(Database database) {
        this.database = database;
    }

    /** The lanes of a push in which something is to be done now. */
    public List<WorkUnit> dueLanes(String push, String connection) throws SQLException {
        return database.inTransaction(UnitSelection.of(push, UnitKind.PUSH).on(connection)::due);
    }

    /**
     * Declares the lanes of these pushes in which something is to be done, and makes them due: also where a row was set aside
     * for another one about its record that has ended, and where one was left as it was sent.
     */
    public void announce(Map<String, String> connections) throws SQLException {
        database.inTransaction(transaction -> {
            var due = transaction
                    .createQuery("""
                            with recursive freed as (
                                update nxt_sync.outbox aside set next_at = null
                                where %s and push = any (:pushes)
                                  and not exists (select from nxt_sync.outbox other
                                                  where other.record = aside.record and other.id <> aside.id
                                                    and other.state in ('sending', 'in_doubt'))
                                returning push, company, lane),
                            pairs (push, company) as (
                                (select push, company from nxt_sync.outbox
                                 where state = 'waiting' and push = any (:pushes) and company is not null
                                 order by push, company limit 1)
                                union all
                                select next.push, next.company from pairs, lateral (
                                    select push, company from nxt_sync.outbox
                                    where state = 'waiting' and push = any (:pushes) and company is not null
                                      and (push, company) > (pairs.push, pairs.company)
                                    order by push, company limit 1) next),
                            due (push, company, lane) as (
                                select pairs.push, pairs.company, number
                                from pairs, generate_series(0, 15) number
                                where exists (select from nxt_sync.outbox o
                                              where o.push = pairs.push and o.company = pairs.company
                                                and o.lane = number and %s)
                                union
                                select push, company, lane from freed
                                union
                                select push, company, lane from nxt_sync.outbox
                                where state = 'sending' and push = any (:pushes) and company is not null
                                union
                                select push, company, lane from nxt_sync.outbox
                                where next_at <= clock_timestamp() and push = any (:pushes) and company is not null
                                  and state in ('in_doubt', 'done', 'dead', 'discarded'))
                            select connection, push, company, lane
                            from due join unnest(:pushes::text[], :connections::text[])
                                as of_push (push, connection) using (push)
                            where not exists (select from nxt_sync.job known
                                              where known.kind = 'push' and known.connection = of_push.connection
                                                and known.scope = 'company' and known.company = due.company
                                                and known.pull = push and known.lane = due.lane and %s)"""
                            .formatted(InFlight.ASIDE, OutboxReader.READY, WorkUnit.IS_UNDER_WAY))
                    .bindArray("pushes", String.class, connections.keySet())
                    .bindArray("connections", String.class, connections.values())
                    .map((row, context) -> WorkUnit.ofLane(row.getString("connection"),
                            Tenant.company(row.getInt("company")), row.getString("push"), row.getInt("lane")))
                    .list();
            if (!due.isEmpty()) {
                WorkUnit.makeDue(transaction, due);
            }
            return due.size();
        });
    }

    /** Has what has backed off of a connection's pushes tried at once. */
    public void retry(String connection, Collection<String> pushes) throws SQLException {
        database.promptly().useTransaction(transaction -> {
            transaction.createUpdate("update nxt_sync.push_state set retry_at = null where push = any (:pushes)")
                    .bindArray("pushes", String.class, pushes).execute();
            UnitSelection.ofKinds(List.of(UnitKind.PUSH)).on(connection).inBackOff().wakeAtOnce(transaction);
        });
    }

    /**
     * Looks for what may have been sent no later than settings say that may have changed: at the latest when nothing of it is
     * expected any more. Sooner is never wrong, since whoever looks then decides by the present settings what follows.
     */
    public void follow(Duration repeatAfter) throws SQLException {
        database.promptly().inTransaction(transaction -> transaction.createUpdate("""
                update nxt_sync.outbox set next_at = sent_at + :after * interval '1 ms'
                where state = 'in_doubt' and next_at > sent_at + :after * interval '1 ms'""")
                .bind("after", repeatAfter.toMillis()).execute());
    }
}
