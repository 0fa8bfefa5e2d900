package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Query;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
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
        return database.inTransaction(transaction -> transaction.createQuery("""
                select failures, creator, echoed, one_per_group from nxt_sync.push_state
                where push = :push and company = :company""").bindMethods(name)
                .map(ConstructorMapper.of(PushState.class)).findOne()
                .orElse(new PushState(0, Optional.empty(), Optional.empty(), false)));
    }

    /**
     * Shows what is in the way of a whole push in a company, and is no fault of its rows.
     *
     * @param failures in a row, of the lane that tells it
     */
    public void failed(PushedCompany name, Problem reason, int failures, Duration retry) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, code, reason, failures, retry_at)
                values (:push, :company, :code, :reason, :failures, clock_timestamp() + :retry * interval '1 ms')
                on conflict (push, company) do update set code = excluded.code, reason = excluded.reason,
                    failures = excluded.failures, retry_at = excluded.retry_at""", Map.of("code", reason.code(),
                "reason", reason.message(), "failures", failures, "retry", retry.toMillis()));
    }

    /** Nothing is in the way any more. */
    public void well(PushedCompany name) throws SQLException {
        put(name, """
                update nxt_sync.push_state set code = null, reason = null, failures = 0, retry_at = null
                where push = :push and company = :company""", Map.of());
    }

    /** A create was answered with its key as it was sent, by this creator. */
    public void echoed(PushedCompany name, String keyColumn, Optional<String> creator) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, echoed, creator)
                values (:push, :company, :column, nullif(:creator, ''))
                on conflict (push, company) do update set echoed = excluded.echoed, creator = excluded.creator""",
                Map.of("column", keyColumn, "creator", creator.orElse("")));
    }

    /** Forgets who creates records, since another person will push from now on. */
    public void forgetCreators(Collection<String> pushes) throws SQLException {
        database.inTransaction(transaction -> transaction
                .createUpdate("update nxt_sync.push_state set creator = null, echoed = null where push = any (:pushes)")
                .bindArray("pushes", String.class, pushes).execute());
    }

    /** The key column changes keys: nothing more is sent by it. */
    public void stop(PushedCompany name, String keyColumn) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, stopped) values (:push, :company, :column)
                on conflict (push, company) do update set stopped = excluded.stopped, echoed = null""",
                Map.of("column", keyColumn));
    }

    /** From now on rows of one group share no request. */
    public void onePerGroup(PushedCompany name) throws SQLException {
        put(name, """
                insert into nxt_sync.push_state (push, company, one_per_group) values (:push, :company, true)
                on conflict (push, company) do update set one_per_group = true""", Map.of());
    }

    /** What is in the way of pushes, and of rows in doubt that cannot be looked for. */
    public List<PushObstacle> obstacles(Map<String, String> keyColumns) throws SQLException {
        return database.inTransaction(transaction -> obstacles(transaction, keyColumns));
    }

    /** The same in a transaction of the caller's. */
    public static List<PushObstacle> obstacles(Handle transaction, Map<String, String> keyColumns) {
        return Stream.concat(inTheWay(transaction, keyColumns), unlookable(transaction, keyColumns.keySet()))
                .map(ObstacleRow::obstacle).toList();
    }

    private record ObstacleRow(String push, int company, String code, String reason, int failures,
            Optional<String> stopped, Optional<Instant> retryAt) {
        PushObstacle obstacle() {
            return new PushObstacle(push, company,
                    stopped.map(Outbox::changesKeys).orElseGet(() -> Problem.kept(code, reason)), failures,
                    stopped.isPresent(), retryAt);
        }
    }

    private static Stream<ObstacleRow> inTheWay(Handle transaction, Map<String, String> keyColumns) {
        Query query = transaction.createQuery("""
                select push, company, coalesce(code, '') as code, reason, failures, retry_at,
                       case when stopped = key_column then stopped end as stopped
                from nxt_sync.push_state
                    join unnest(:pushes::text[], :columns::text[]) as configured (push, key_column) using (push)
                where reason is not null or stopped = key_column order by push, company""");
        return rows(query.bindArray("columns", String.class, keyColumns.values()), keyColumns.keySet());
    }

    private static Stream<ObstacleRow> unlookable(Handle transaction, Set<String> pushes) {
        return rows(transaction.createQuery("""
                select push, company, coalesce(substring(error from '\\(([a-z_]+)\\)$'), '') as code,
                       'Row ' || id || ' is in doubt: ' || regexp_replace(error, ' \\([a-z_]+\\)$', '')
                           || case when others > 0 then ' So it is with ' || others || ' more.' else '' end
                           as reason,
                       looks as failures, next_at as retry_at, null as stopped
                from (select *, row_number() over lane_rows as number,
                             count(*) over (partition by push, company) - 1 as others
                      from nxt_sync.outbox
                      where push = any (:pushes) and state = 'in_doubt' and error is not null
                      window lane_rows as (partition by push, company order by id)) each
                where number = 1 order by push, company"""), pushes);
    }

    private static Stream<ObstacleRow> rows(Query query, Set<String> pushes) {
        return query.bindArray("pushes", String.class, pushes).map(ConstructorMapper.of(ObstacleRow.class)).list()
                .stream();
    }

    private void put(PushedCompany name, String sql, Map<String, ?> values) throws SQLException {
        database.durably(transaction -> {
            var encoding = Encoding.read(transaction);
            var update = transaction.createUpdate(sql).bindMethods(name);
            values.forEach((column, value) -> update.bind(column,
                    value instanceof String text ? encoding.shown(text) : value));
            return update.execute();
        });
    }
}
