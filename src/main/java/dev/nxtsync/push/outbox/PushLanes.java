package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;

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
            try (var select = transaction.getConnection().prepareStatement("""
                    with recursive freed as (
                        update nxt_sync.outbox aside set next_at = null
                        where\s""" + InFlight.ASIDE
                    + """
                                  and push = any (?)
                                  and not exists (select from nxt_sync.outbox other
                                                  where other.record = aside.record and other.id <> aside.id
                                                    and other.state in ('sending', 'in_doubt'))
                                returning push, company, lane),
                            pairs (push, company) as (
                                (select push, company from nxt_sync.outbox
                                 where state = 'waiting' and push = any (?) and company is not null
                                 order by push, company limit 1)
                                union all
                                select next.push, next.company from pairs, lateral (
                                    select push, company from nxt_sync.outbox
                                    where state = 'waiting' and push = any (?) and company is not null
                                      and (push, company) > (pairs.push, pairs.company)
                                    order by push, company limit 1) next),
                            due (push, company, lane) as (
                                select pairs.push, pairs.company, number
                                from pairs, generate_series(0, 15) number
                                where exists (select from nxt_sync.outbox o
                                              where o.push = pairs.push and o.company = pairs.company and o.lane = number and\s"""
                    + OutboxReader.READY + """
                                )
                                union
                                select push, company, lane from freed
                                union
                                select push, company, lane from nxt_sync.outbox
                                where state = 'sending' and push = any (?) and company is not null
                                union
                                select push, company, lane from nxt_sync.outbox
                                where next_at <= clock_timestamp() and push = any (?) and company is not null
                                  and state in ('in_doubt', 'done', 'dead', 'discarded'))
                            select push, company, lane
                            from due join unnest(?::text[], ?::text[]) as of_push (push, connection) using (push)
                            where not exists (select from nxt_sync.job known
                                              where known.kind = 'push' and known.connection = of_push.connection
                                                and known.scope = 'company' and known.company = due.company
                                                and known.pull = push and known.lane = due.lane
                                                and\s""" + WorkUnit.IS_UNDER_WAY + ")")) {
                var pushes = transaction.getConnection().createArrayOf("text", connections.keySet().toArray());
                for (int i = 1; i <= 5; i++) {
                    select.setArray(i, pushes);
                }
                select.setArray(6, pushes);
                select.setArray(7, transaction.getConnection().createArrayOf("text", connections.values().toArray()));
                var due = new ArrayList<WorkUnit>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        String push = row.getString(1);
                        due.add(WorkUnit.ofLane(Objects.requireNonNull(connections.get(push)),
                                Tenant.company(row.getInt(2)), push, row.getInt(3)));
                    }
                }
                if (!due.isEmpty()) {
                    WorkUnit.makeDue(transaction, due);
                }
                return due.size();
            }
        });
    }

    /** Has what has backed off of a connection's pushes tried at once. */
    public void retry(String connection, Collection<String> pushes) throws SQLException {
        database.promptly().inTransaction(transaction -> {
            try (var states = transaction.getConnection()
                    .prepareStatement("update nxt_sync.push_state set retry_at = null where push = any (?)")) {
                states.setArray(1, transaction.getConnection().createArrayOf("text", pushes.toArray()));
                states.executeUpdate();
            }
            UnitSelection.ofKinds(List.of(UnitKind.PUSH)).on(connection).inBackOff().wakeAtOnce(transaction);
            return true;
        });
    }

    /**
     * Looks for what may have been sent no later than settings say that may have changed: at the latest when nothing of it is
     * expected any more. Sooner is never wrong, since whoever looks then decides by the present settings what follows.
     */
    public void follow(Duration repeatAfter) throws SQLException {
        database.promptly().inTransaction(transaction -> {
            try (var update = transaction.getConnection().prepareStatement("""
                    update nxt_sync.outbox set next_at = sent_at + ? * interval '1 ms'
                    where state = 'in_doubt' and next_at > sent_at + ? * interval '1 ms'""")) {
                update.setLong(1, repeatAfter.toMillis());
                update.setLong(2, repeatAfter.toMillis());
                return update.executeUpdate();
            }
        });
    }
}
