package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.trace.TraceSpan;

/** The history of runs, of which only the newest are kept. */
@Singleton
public class RunHistory {
    /** Of each pull, company and kind. */
    private static final int KEPT = 200;

    private final Database database;

    public RunHistory(Database database) {
        this.database = database;
    }

    /**
     * A run over one table of one company.
     *
     * @param job the pull
     * @param outcome {@code ok}, {@code goes on}, {@code held}, or the code of a failure
     * @param requests those that served several tables are counted with the first
     * @param bytes on the wire, counted in the same way
     */
    public record RunRecord(String job, int company, UnitKind kind, Instant startedAt, Instant endedAt, String outcome,
            long rowsRead, long rowsWritten, long rowsDeleted, long rowsSetAside, int requests, long bytes,
            String traceId, String error) {
        public void count(MeterRegistry metrics) {
            metrics.counter("nxt_runs", "job", job, "kind", kind.text(), "outcome", outcome).increment();
        }
    }

    public void add(List<RunRecord> runs) throws SQLException {
        if (runs.isEmpty()) {
            return;
        }
        database.useTransaction(transaction -> add(transaction, runs));
        trace(runs);
    }

    /** Adds them in a transaction of the caller's, who tells the trace. */
    public static void add(Handle transaction, List<RunRecord> runs) throws SQLException {
        if (!runs.isEmpty()) {
            var insert = transaction.prepareBatch("""
                    insert into nxt_sync.run (job, company, kind, started_at, ended_at, outcome, rows_read,
                        rows_written, rows_deleted, rows_set_aside, requests, bytes, trace_id, error)
                    values (:job, :company, :kind, :startedAt, :endedAt, :outcome, :rowsRead,
                        :rowsWritten, :rowsDeleted, :rowsSetAside, :requests, :bytes, nullif(:traceId, ''),
                        nullif(:error, ''))""");
            var encoding = Encoding.read(transaction);
            for (RunRecord run : runs) {
                insert.bindMethods(run).bind("kind", run.kind().text())
                        .bind("traceId", encoding.shown(QuotedText.name(run.traceId())))
                        .bind("error", encoding.shown(run.error())).add();
            }
            insert.execute();
        }
    }

    /**
     * The present trace's root says of a run over several tables what came of them all. That all is well is for whoever sees
     * the run end.
     */
    public static void trace(List<RunRecord> runs) {
        var span = TraceSpan.current();
        span.plus("nxt.rows.read", runs.stream().mapToLong(RunRecord::rowsRead).sum())
                .plus("nxt.rows.written", runs.stream().mapToLong(RunRecord::rowsWritten).sum())
                .plus("nxt.rows.deleted", runs.stream().mapToLong(RunRecord::rowsDeleted).sum())
                .plus("nxt.rows.set_aside", runs.stream().mapToLong(RunRecord::rowsSetAside).sum());
        runs.stream().map(RunRecord::outcome).filter(each -> !each.equals("ok") && !each.equals("goes on")).findFirst()
                .ifPresent(span::outcome);
    }

    /** What runs did together. */
    public record Sum(long read, long written, long deleted, int requests) {}

    /** What the runs of a pull and company did since a moment. */
    public Sum since(String job, int company, Instant from) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select coalesce(sum(rows_read), 0) as read, coalesce(sum(rows_written), 0) as written,
                       coalesce(sum(rows_deleted), 0) as deleted, coalesce(sum(requests), 0) as requests
                from nxt_sync.run where job = :job and company = :company and ended_at >= :from""").bind("job", job)
                .bind("company", company).bind("from", from).map(ConstructorMapper.of(Sum.class)).one());
    }

    /** Forgets runs that are too old to be of use. */
    public void forgetOld() throws SQLException {
        database.patiently().inTransaction(transaction -> transaction.createUpdate("""
                delete from nxt_sync.run using (
                    select id from (
                        select id, row_number() over (partition by job, company, kind order by id desc) as age
                        from nxt_sync.run) aged
                    where age > :kept) old
                where run.id = old.id""").bind("kept", KEPT).execute());
    }
}
