package dev.nxtsync.status;

import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.schedule.Replica;

/** How everything stands, as the tables have it: made into JSON by PostgreSQL, which {@link StatusTables} is read from. */
public final class StatusQuery {
    /** A query for each of the lists. */
    private static final Map<String, String> SUBJECTS = subjects();

    private StatusQuery() {}

    private static Map<String, String> subjects() {
        var subjects = new LinkedHashMap<String, String>();
        subjects.put("replicas", """
                select id, host, started_at, beat_at,
                       case when %s then 'alive' else 'silent' end as state
                from nxt_sync.replica where beat_at > clock_timestamp() - interval '1 hour'
                order by started_at limit 100""".formatted(Replica.IS_ALIVE));
        subjects.put("reports", """
                select id, host, report from nxt_sync.replica where report is not null and %s
                order by started_at limit 100""".formatted(Replica.IS_ALIVE));
        subjects.put("troubles", """
                select subject, code, since from nxt_sync.trouble where gone_at is null order by since limit 1000""");
        subjects.put("pulls", """
                select p.pull as job, p.company, f.state, p.code, p.reason, p.held, p.failures, p.rows, p.due_at,
                       p.retry_at, p.complete_as_of,
                       greatest(0, round(extract(epoch from clock_timestamp() - p.complete_as_of)))::bigint
                           as lag_seconds,
                       pass.kind as under_way,
                       greatest(pass.rows, (select sum(range.rows) from nxt_sync.pass_range range
                                            where range.pull = p.pull and range.company = p.company
                                                and range.kind = pass.kind and range.started_at = pass.started_at))
                           ::bigint as under_way_rows, pass.expected as under_way_expected,
                       (select count(*) from nxt_sync.row_fault
                        where row_fault.job = p.pull and row_fault.company = p.company) as rows_set_aside
                from nxt_sync.pull_state p join nxt_sync.freshness f on f.job = p.pull and f.company = p.company
                left join lateral (select * from nxt_sync.pass
                                   where pass.pull = p.pull and pass.company = p.company and pass.kind <> 'groups'
                                   order by pass.kind limit 1) pass on true
                where p.pull = any (:pulls) order by f.state = 'ok', p.pull, p.company limit 10000""");
        subjects.put("left_out", """
                select connection, pattern as job, table_name as "table", code, reason from nxt_sync.pattern_table
                where taken_at is null order by connection, table_name limit 2000""");
        subjects.put("units", """
                select unit.kind, unit.connection, unit.company, nullif(unit.pull, '') as job,
                       case when unit.kind = 'push' then unit.lane end as lane, replica.host as holder,
                       unit.claimed_at, unit.due_at, unit.retry_at, unit.failures
                from nxt_sync.job unit left join nxt_sync.replica on replica.id = unit.holder
                where unit.holder is not null or unit.failures > 0
                order by unit.holder is null, unit.claimed_at, unit.id limit 1000""");
        subjects.put("runs", """
                select id, job, company, kind, started_at, ended_at, outcome, rows_read, rows_written, rows_deleted,
                       rows_set_aside, requests, bytes, trace_id, error
                from nxt_sync.run order by id desc limit 50""");
        subjects.put("pushes", """
                select push as job, state, count(*) as rows,
                       count(*) filter (where state = 'done' and error is not null) as remarks,
                       round(extract(epoch from clock_timestamp() - min(created_at)))::bigint as oldest_seconds
                from nxt_sync.outbox group by push, state order by push, state""");
        subjects.put("dead_letters", """
                select id, push as job, key, company, grp, state, error, attempts, settled_at from nxt_sync.outbox
                where state = 'dead' or error is not null and state = 'done' order by id limit 100""");
        subjects.put("lost_calls", """
                select tenant, sum(calls) as calls, min(lost_at) as since from nxt_sync.lost_call
                group by tenant order by tenant""");
        subjects.put("sign_ins", """
                select connection, state, code, reason, subject, shown_name as person, tenant, scope, kind,
                       authorized_at, refreshed_at
                from nxt_sync.user_grant order by connection limit 1000""");
        subjects.put("keys_set_aside", """
                select i.id, i.pull as job, unit.company, i.key, i.attempts,
                       coalesce(i.reason, 'the process ended while it was looked at') as reason,
                       i.received_at, i.next_at
                from nxt_sync.inbox i join nxt_sync.job unit on unit.id = i.unit
                where i.attempts >= 5 order by i.id limit 100""");
        subjects.put("webhooks", """
                select table_name as "table", company, last_at, last_event from nxt_sync.webhook_event
                order by last_at desc limit 1000""");
        return subjects;
    }

    /** @param pulls only these */
    public static StatusTables read(Handle transaction, Collection<String> pulls) throws SQLException {
        var all = new StringJoiner(",", "{", "}");
        SUBJECTS.forEach((subject, rows) -> all.add("\"" + subject + "\":" + json(transaction, rows, pulls)));
        return StatusJson.tables(all.toString());
    }

    private static String json(Handle transaction, String rows, Collection<String> pulls) {
        var query = transaction
                .createQuery("select coalesce(json_agg(row_to_json(each)), '[]') from (" + rows + ") each");
        return (rows.contains(":pulls") ? query.bindArray("pulls", String.class, pulls) : query).mapTo(String.class)
                .one();
    }
}
