package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Problem;

/** The state of each push in each company: what is in its way, and what its answers have shown. */
@Singleton
public class PushStates {
    private final Database database;

    public PushStates(Database database) {
        this.database = database;
    }

    /**
     * A push in one company.
     *
     * @param failures in a row, of the environment, in the lane that told them last
     * @param creator what an answered create read back as its creator, where that is not the client id
     * @param echoed the key column that has come back as it was sent
     * @param onePerGroup whether rows of one group never share a request
     */
    public record PushState(int failures, Optional<String> creator, Optional<String> echoed, boolean onePerGroup) {}

    /** What keeps a push in a company from sending, or a row in doubt from being looked for. */
    public record PushObstacle(String push, int company, Problem reason, int failures, boolean stopped,
            Optional<Instant> retryAt) {}

    /** The state of a push in a company, which may be that of one that nothing was ever kept of. */
    public PushState find(PushedCompany name) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select failures, creator, echoed, one_per_group from nxt_sync.push_state
                    where push = ? and company = ?""")) {
                select.setString(1, name.push());
                select.setInt(2, name.company());
                try (var row = select.executeQuery()) {
                    return row.next()
                            ? new PushState(row.getInt(1), Optional.ofNullable(row.getString(2)),
                                    Optional.ofNullable(row.getString(3)), row.getBoolean(4))
                            : new PushState(0, Optional.empty(), Optional.empty(), false);
                }
            }
        });
    }

    /**
     * Shows what is in the way of a whole push in a company, and is no fault of its rows.
     *
     * @param failures in a row, of the lane that tells it
     */
    public void failed(PushedCompany name, Problem reason, int failures, Duration retry) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, code, reason, failures, retry_at)
                values (?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 ms')
                on conflict (push, company) do update set code = excluded.code, reason = excluded.reason,
                    failures = excluded.failures, retry_at = excluded.retry_at""", reason.code(), reason.message(),
                failures, retry.toMillis());
    }

    /** Nothing is in the way any more. */
    public void well(PushedCompany name) throws SQLException {
        put(name, """
                update nxt_sync.push_state set code = null, reason = null, failures = 0, retry_at = null
                where push = ? and company = ?""");
    }

    /** A create was answered with its key as it was sent, by this creator. */
    public void echoed(PushedCompany name, String keyColumn, Optional<String> creator) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, echoed, creator) values (?, ?, ?, nullif(?, ''))
                on conflict (push, company) do update set echoed = excluded.echoed, creator = excluded.creator""",
                keyColumn, creator.orElse(""));
    }

    /** Forgets who creates records, since another person will push from now on. */
    public void forgetCreators(Collection<String> pushes) throws SQLException {
        database.inTransaction(transaction -> {
            try (var forget = transaction.getConnection().prepareStatement(
                    "update nxt_sync.push_state set creator = null, echoed = null where push = any (?)")) {
                forget.setArray(1, transaction.getConnection().createArrayOf("text", pushes.toArray()));
                return forget.executeUpdate();
            }
        });
    }

    /** The key column changes keys: nothing more is sent by it. */
    public void stop(PushedCompany name, String keyColumn) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, stopped) values (?, ?, ?)
                on conflict (push, company) do update set stopped = excluded.stopped, echoed = null""", keyColumn);
    }

    /** From now on rows of one group share no request. */
    public void onePerGroup(PushedCompany name) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, one_per_group) values (?, ?, true)
                on conflict (push, company) do update set one_per_group = true""");
    }

    /** What is in the way of pushes, and of rows in doubt that cannot be looked for. */
    public List<PushObstacle> obstacles(Map<String, String> keyColumns) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement(
                    """
                            select push, company, coalesce(code, ''), reason, failures, stopped, retry_at from nxt_sync.push_state
                            where (reason is not null or stopped is not null) and push = any (?) order by push, company""")) {
                select.setArray(1, transaction.getConnection().createArrayOf("text", keyColumns.keySet().toArray()));
                var troubles = new ArrayList<PushObstacle>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        String push = row.getString(1);
                        boolean stopped = String.valueOf(row.getString(6)).equals(keyColumns.get(push));
                        if (stopped || row.getString(4) != null) {
                            troubles.add(new PushObstacle(push, row.getInt(2),
                                    stopped
                                            ? Outbox.changesKeys(row.getString(6))
                                            : Problem.kept(row.getString(3), row.getString(4)),
                                    row.getInt(5), stopped, Timestamps.instant(row, 7)));
                        }
                    }
                }
                troubles.addAll(unlookable(transaction, keyColumns.keySet()));
                return troubles;
            }
        });
    }

    private static List<PushObstacle> unlookable(Handle transaction, Set<String> pushes) throws SQLException {
        try (var select = transaction.getConnection().prepareStatement(
                """
                        select push, company, coalesce(substring(error from '\\(([a-z_]+)\\)$'), ''),
                               'Row ' || id || ' is in doubt: ' || regexp_replace(error, ' \\([a-z_]+\\)$', '')
                                   || case when others > 0 then ' So it is with ' || others || ' more.' else '' end,
                               looks, next_at
                        from (select *, row_number() over lane_rows as number, count(*) over (partition by push, company) - 1 as others
                              from nxt_sync.outbox where push = any (?) and state = 'in_doubt' and error is not null
                              window lane_rows as (partition by push, company order by id)) each
                        where number = 1 order by push, company""")) {
            select.setArray(1, transaction.getConnection().createArrayOf("text", pushes.toArray()));
            var rows = new ArrayList<PushObstacle>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(new PushObstacle(row.getString(1), row.getInt(2),
                            Problem.kept(row.getString(3), row.getString(4)), row.getInt(5), false,
                            Timestamps.instant(row, 6)));
                }
            }
            return rows;
        }
    }

    private void put(PushedCompany name, String sql, Object... values) throws SQLException {
        database.durably(transaction -> {
            try (var statement = transaction.getConnection().prepareStatement(sql)) {
                statement.setString(1, name.push());
                statement.setInt(2, name.company());
                var encoding = Encoding.read(transaction);
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(3 + i, values[i] instanceof String text ? encoding.shown(text) : values[i]);
                }
                return statement.executeUpdate();
            }
        });
    }
}
