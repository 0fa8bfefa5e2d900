package dev.nxtsync.push.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Rows;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.Claims;

/** What is known of each push in each company, and of the outbox as a whole. */
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

    /** Why a push does not get on in a company; the row's own troubles apart. */
    public record InTheWay(String push, int company, Problem reason, int failures, boolean stopped,
            Optional<Instant> retryAt) {}

    /**
     * Says what the function {@code nxt_sync.push} must know of the configured pushes.
     *
     * @param companies by push, the only company that it sends to
     */
    public void configure(Map<String, Optional<Integer>> companies) throws SQLException {
        database.inTransaction(transaction -> {
            Database.alone(transaction, "push settings");
            try (var set = transaction.prepareStatement("""
                    insert into nxt_sync.push_setting (push, company) values (?, ?)
                    on conflict (push) do update set company = excluded.company
                    where push_setting.company is distinct from excluded.company""")) {
                for (var each : companies.entrySet()) {
                    set.setString(1, each.getKey());
                    set.setObject(2, each.getValue().orElse(null), java.sql.Types.INTEGER);
                    set.addBatch();
                }
                return set.executeBatch().length;
            }
        });
    }

    /**
     * Completes rows that came in before the settings of their push were known, as the function {@code nxt_sync.push} would have,
     * also where they are committed only now; those that it would have refused are dead. Of pushes that are configured.
     */
    public void complete(Collection<String> pushes) throws SQLException {
        database.durably(transaction -> {
            try (var name = transaction.prepareStatement("""
                    update nxt_sync.outbox o set company = s.company from nxt_sync.push_setting s
                    where s.push = o.push and o.push = any (?) and o.state = 'waiting' and o.company is null
                      and s.company is not null""");
                    var refuse = transaction.prepareStatement(
                            """
                                    update nxt_sync.outbox o set state = 'dead', settled_at = clock_timestamp(),
                                        error = case when o.company is null
                                            then 'The row names no company, and its push has none. Set the row''s company, and retry it.'
                                            else 'The row names the company ' || o.company || ', but its push sends to ' || s.company
                                                || ' only. Discard it, or set the row''s company, and retry it.' end || ' (' || ? || ')'
                                    from nxt_sync.push_setting s
                                    where s.push = o.push and o.push = any (?) and o.state = 'waiting'
                                      and (o.company is null or o.company < s.company or o.company > s.company)""")) {
                var names = transaction.createArrayOf("text", pushes.toArray());
                name.setArray(1, names);
                refuse.setString(1, ErrorCode.COMPANY_REFUSED.code());
                refuse.setArray(2, names);
                return name.executeUpdate() + refuse.executeUpdate();
            }
        });
    }

    public PushState of(String push, int company) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("""
                    select failures, creator, echoed, one_per_group from nxt_sync.push_state
                    where push = ? and company = ?""")) {
                select.setString(1, push);
                select.setInt(2, company);
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
     * Something is in the way of a whole push in a company, which is no fault of its rows.
     *
     * @param failures in a row, of the lane that tells it
     */
    public void failed(String push, int company, Problem reason, int failures, Duration retry)
            throws SQLException {
        put(push, company, """
                insert into nxt_sync.push_state (push, company, code, reason, failures, retry_at)
                values (?, ?, ?, ?, ?, clock_timestamp() + ? * interval '1 ms')
                on conflict (push, company) do update set code = excluded.code, reason = excluded.reason,
                    failures = excluded.failures, retry_at = excluded.retry_at""",
                reason.code(), reason.message(), failures, retry.toMillis());
    }

    /** Nothing is in the way any more. */
    public void well(String push, int company) throws SQLException {
        put(push, company, """
                update nxt_sync.push_state set code = null, reason = null, failures = 0, retry_at = null
                where push = ? and company = ?""");
    }

    /** A create was answered with its key as it was sent, by this creator. */
    public void echoed(String push, int company, String keyColumn, Optional<String> creator)
            throws SQLException {
        put(push, company, """
                insert into nxt_sync.push_state (push, company, echoed, creator) values (?, ?, ?, nullif(?, ''))
                on conflict (push, company) do update set echoed = excluded.echoed, creator = excluded.creator""",
                keyColumn, creator.orElse(""));
    }

    /** Somebody else will push from now on, so that who creates records has to be learned anew. */
    public void forgetCreators(Collection<String> pushes) throws SQLException {
        database.inTransaction(transaction -> {
            try (var forget = transaction.prepareStatement(
                    "update nxt_sync.push_state set creator = null, echoed = null where push = any (?)")) {
                forget.setArray(1, transaction.createArrayOf("text", pushes.toArray()));
                return forget.executeUpdate();
            }
        });
    }

    /** The key column changes keys: nothing more is sent by it. */
    public void stop(String push, int company, String keyColumn) throws SQLException {
        put(push, company, """
                insert into nxt_sync.push_state (push, company, stopped) values (?, ?, ?)
                on conflict (push, company) do update set stopped = excluded.stopped, echoed = null""", keyColumn);
    }

    public void onePerGroup(String push, int company) throws SQLException {
        put(push, company, """
                insert into nxt_sync.push_state (push, company, one_per_group) values (?, ?, true)
                on conflict (push, company) do update set one_per_group = true""");
    }

    /** What is in the way of pushes, and of rows in doubt that cannot be looked for. */
    public List<InTheWay> troubles(Map<String, String> keyColumns) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement(
                    """
                            select push, company, coalesce(code, ''), reason, failures, stopped, retry_at from nxt_sync.push_state
                            where (reason is not null or stopped is not null) and push = any (?) order by push, company""")) {
                select.setArray(1, transaction.createArrayOf("text", keyColumns.keySet().toArray()));
                var troubles = new ArrayList<InTheWay>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        String push = row.getString(1);
                        boolean stopped = String.valueOf(row.getString(6)).equals(keyColumns.get(push));
                        if (stopped || row.getString(4) != null) {
                            troubles.add(new InTheWay(push, row.getInt(2),
                                    stopped
                                            ? Outbox.changesKeys(row.getString(6))
                                            : Problem.kept(row.getString(3), row.getString(4)),
                                    row.getInt(5), stopped, Rows.instant(row, 7)));
                        }
                    }
                }
                troubles.addAll(unlookable(transaction, keyColumns.keySet()));
                return troubles;
            }
        });
    }

    private static List<InTheWay> unlookable(Connection transaction, Set<String> pushes) throws SQLException {
        try (var select = transaction.prepareStatement(
                """
                        select push, company, coalesce(substring(error from '\\(([a-z_]+)\\)$'), ''),
                               'Row ' || id || ' is in doubt: ' || regexp_replace(error, ' \\([a-z_]+\\)$', '')
                                   || case when others > 0 then ' So it is with ' || others || ' more.' else '' end,
                               looks, next_at
                        from (select *, row_number() over lane_rows as number, count(*) over (partition by push, company) - 1 as others
                              from nxt_sync.outbox where push = any (?) and state = 'in_doubt' and error is not null
                              window lane_rows as (partition by push, company order by id)) each
                        where number = 1 order by push, company""")) {
            select.setArray(1, transaction.createArrayOf("text", pushes.toArray()));
            var rows = new ArrayList<InTheWay>();
            try (var row = select.executeQuery()) {
                while (row.next()) {
                    rows.add(new InTheWay(row.getString(1), row.getInt(2),
                            Problem.kept(row.getString(3), row.getString(4)), row.getInt(5), false,
                            Rows.instant(row, 6)));
                }
            }
            return rows;
        }
    }

    /**
     * How the outbox stands for one push.
     *
     * @param states rows by state
     * @param remarks rows that are done, and yet a person should look at
     * @param oldest seconds since the oldest unfinished row was pushed
     */
    public record Depth(Map<String, Long> states, long remarks, double oldest) {
        public static final Depth EMPTY = new Depth(Map.of(), 0, 0);
    }

    /** A lane in which something is to be done now. */
    public record DueLane(int company, int lane) {}

    public List<DueLane> dueLanes(String push) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("""
                    select company, lane from nxt_sync.job
                    where kind = 'push' and pull = ? and due_at <= clock_timestamp() order by company, lane""")) {
                select.setString(1, push);
                var due = new ArrayList<DueLane>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        due.add(new DueLane(row.getInt(1), row.getInt(2)));
                    }
                }
                return due;
            }
        });
    }

    /**
     * Rows of a push that want something of somebody.
     *
     * @param letters that a person decides about, or should look at
     */
    public record Undecided(long letters, long waiting) {}

    /** By push, also of those that are not configured; found by indexes that hold none of the many rows that are done. */
    public Map<String, Undecided> undecided() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("""
                    select push, sum(letter), sum(1 - letter) from (
                        select push, 1 as letter from nxt_sync.outbox
                        where state = 'dead' or state = 'done' and error is not null
                        union all
                        select push, 0 from nxt_sync.outbox where state = 'waiting') each
                    group by push"""); var row = select.executeQuery()) {
                var undecided = new HashMap<String, Undecided>();
                while (row.next()) {
                    undecided.put(row.getString(1), new Undecided(row.getLong(2), row.getLong(3)));
                }
                return undecided;
            }
        });
    }

    /** By push, also of those that are not configured. */
    public Map<String, Depth> depths() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("""
                    select push, state, count(*), count(*) filter (where state = 'done' and error is not null),
                           coalesce(extract(epoch from clock_timestamp() - min(created_at)
                               filter (where state in ('waiting', 'sending', 'in_doubt', 'dead'))), 0)
                    from nxt_sync.outbox group by push, state""");
                    var row = select.executeQuery()) {
                var depths = new HashMap<String, Depth>();
                while (row.next()) {
                    var depth = depths.getOrDefault(row.getString(1), Depth.EMPTY);
                    var states = new HashMap<>(depth.states());
                    states.put(row.getString(2), row.getLong(3));
                    depths.put(row.getString(1), new Depth(states, depth.remarks() + row.getLong(4),
                            Math.max(depth.oldest(), row.getDouble(5))));
                }
                return depths;
            }
        });
    }

    /**
     * Declares the lanes of these pushes in which something is to be done, and makes them due: also where a row was set aside
     * for another one about its record that has ended, and where one was left as it was sent.
     */
    public void announce(Map<String, String> connections) throws SQLException {
        database.inTransaction(transaction -> {
            try (var announce = transaction.prepareStatement(
                    """
                            with recursive freed as (
                                update nxt_sync.outbox aside set next_at = null
                                where\s"""
                            + InFlight.ASIDE
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
                            + Outbox.READY
                            + """
                                        )
                                        union
                                        select push, company, lane from freed
                                        union
                                        select push, company, lane from nxt_sync.outbox
                                        where state = 'sending' and push = any (?) and company is not null
                                        union
                                        select push, company, lane from nxt_sync.outbox
                                        where next_at <= clock_timestamp() and push = any (?) and company is not null
                                          and state in ('in_doubt', 'done', 'dead', 'discarded')),
                                    connection (push, name) as (select * from unnest(?::text[], ?::text[]))
                                    insert into nxt_sync.job (kind, connection, scope, company, pull, lane, due_at)
                                    select 'push', connection.name, 'company', due.company, due.push, due.lane, clock_timestamp()
                                    from due join connection using (push)
                                    where not exists (select from nxt_sync.job
                                                      where kind = 'push' and job.connection = connection.name and scope = 'company'
                                                        and job.company = due.company and pull = due.push and job.lane = due.lane
                                                        and (holder is not null or due_at <= clock_timestamp()))
                                    order by due.push, due.company, due.lane
                                    on conflict on constraint job_unit do update set due_at = excluded.due_at""")) {
                var pushes = transaction.createArrayOf("text", connections.keySet().toArray());
                announce.setArray(1, pushes);
                announce.setArray(2, pushes);
                announce.setArray(3, pushes);
                announce.setArray(4, pushes);
                announce.setArray(5, pushes);
                announce.setArray(6, pushes);
                announce.setArray(7, transaction.createArrayOf("text", connections.values().toArray()));
                return announce.executeUpdate();
            }
        });
    }

    /**
     * Forgets finished rows, and their keys, after so long; not those that are still to be counted, and none whose time lies
     * ahead: a key that is forgotten too early could be pushed twice.
     */
    public int forget(String push, Duration keep) throws SQLException {
        return database.patiently().inTransaction(transaction -> {
            try (var forget = transaction.prepareStatement("""
                    delete from nxt_sync.outbox
                    where push = ? and state in ('done', 'discarded') and next_at is null
                      and settled_at < clock_timestamp() - ? * interval '1 ms'""")) {
                forget.setString(1, push);
                forget.setLong(2, keep.toMillis());
                return forget.executeUpdate();
            }
        });
    }

    private void put(String push, int company, String sql, Object... values) throws SQLException {
        database.durably(transaction -> {
            try (var statement = transaction.prepareStatement(sql)) {
                statement.setString(1, push);
                statement.setInt(2, company);
                var encoding = Encoding.of(transaction);
                for (int i = 0; i < values.length; i++) {
                    statement.setObject(3 + i, values[i] instanceof String text ? encoding.shown(text) : values[i]);
                }
                return statement.executeUpdate();
            }
        });
    }

    /** Has what has backed off of a connection's pushes tried at once. */
    public void retry(String connection, Collection<String> pushes) throws SQLException {
        database.promptly().inTransaction(transaction -> {
            try (var states = transaction
                    .prepareStatement("update nxt_sync.push_state set retry_at = null where push = any (?)")) {
                states.setArray(1, transaction.createArrayOf("text", pushes.toArray()));
                states.executeUpdate();
            }
            return Claims.retry(transaction, connection, List.of("push"));
        });
    }

    /**
     * Looks for what may have been sent no later than settings say that may have changed: at the latest when nothing of it is
     * expected any more. Sooner is never wrong, since whoever looks then decides by the present settings what follows.
     */
    public void follow(Duration repeatAfter) throws SQLException {
        database.promptly().inTransaction(transaction -> {
            try (var update = transaction.prepareStatement("""
                    update nxt_sync.outbox set next_at = sent_at + ? * interval '1 ms'
                    where state = 'in_doubt' and next_at > sent_at + ? * interval '1 ms'""")) {
                update.setLong(1, repeatAfter.toMillis());
                update.setLong(2, repeatAfter.toMillis());
                return update.executeUpdate();
            }
        });
    }
}
