package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.QuotedText;

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
            String traceId, String error) {}

    public void add(List<RunRecord> runs) throws SQLException {
        if (runs.isEmpty()) {
            return;
        }
        database.inTransaction(transaction -> {
            try (var insert = transaction.getConnection().prepareStatement(
                    """
                            insert into nxt_sync.run (job, company, kind, started_at, ended_at, outcome, rows_read, rows_written,
                                rows_deleted, rows_set_aside, requests, bytes, trace_id, error)
                            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''))""")) {
                var encoding = Encoding.read(transaction);
                for (RunRecord run : runs) {
                    insert.setString(1, run.job());
                    insert.setInt(2, run.company());
                    insert.setString(3, run.kind().text());
                    insert.setObject(4, Timestamps.timestamp(run.startedAt()));
                    insert.setObject(5, Timestamps.timestamp(run.endedAt()));
                    insert.setString(6, run.outcome());
                    insert.setLong(7, run.rowsRead());
                    insert.setLong(8, run.rowsWritten());
                    insert.setLong(9, run.rowsDeleted());
                    insert.setLong(10, run.rowsSetAside());
                    insert.setInt(11, run.requests());
                    insert.setLong(12, run.bytes());
                    insert.setString(13, encoding.shown(QuotedText.name(run.traceId())));
                    insert.setString(14, encoding.shown(run.error()));
                    insert.addBatch();
                }
                return insert.executeBatch().length;
            }
        });
    }

    /** What runs did together. */
    public record Sum(long read, long written, long deleted, int requests) {}

    /** What the runs of a pull and company did since a moment. */
    public Sum since(String job, int company, Instant from) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select coalesce(sum(rows_read), 0), coalesce(sum(rows_written), 0), coalesce(sum(rows_deleted), 0),
                           coalesce(sum(requests), 0)
                    from nxt_sync.run where job = ? and company = ? and ended_at >= ?""")) {
                select.setString(1, job);
                select.setInt(2, company);
                select.setObject(3, Timestamps.timestamp(from));
                try (var row = select.executeQuery()) {
                    row.next();
                    return new Sum(row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4));
                }
            }
        });
    }

    /** Forgets runs that are too old to be of use. */
    public void forgetOld() throws SQLException {
        database.patiently().inTransaction(transaction -> {
            return transaction
                    .createUpdate(
                            """
                                    delete from nxt_sync.run using (
                                        select id from (select id, row_number() over (partition by job, company, kind order by id desc) as age
                                                        from nxt_sync.run) aged where age > :age) old
                                    where run.id = old.id""")
                    .bind("age", KEPT).execute();
        });
    }
}
