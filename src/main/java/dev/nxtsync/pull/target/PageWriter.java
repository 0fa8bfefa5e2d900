package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;

import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.OwnPath;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.database.SqlState;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.Histograms;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.trace.TraceSpan;

/** Writes pages and their checkpoints in one transaction, or nothing. */
@Singleton
public class PageWriter {
    private static final Logger LOG = Logger.getLogger(PageWriter.class);
    private static final String KEY_EXISTS = "23505";

    private final Database database;
    private final MeterProvider<Timer> writes;
    private final MeterRegistry metrics;
    private final LockedTargets locked = new LockedTargets(System::nanoTime);

    public PageWriter(Database database, MeterRegistry metrics) {
        this.database = database;
        this.metrics = metrics;
        this.writes = Histograms.of(metrics, "nxt_page_write",
                "From the beginning to the commit of pages of rows, repeats of the transaction with it", 0.005, 0.01,
                0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);
    }

    /** The way of a page into its target. */
    public enum Way {
        /** Straight into a table that has no rows of the company, as far as is known. */
        DIRECT,
        /** By way of a temporary table, row for row under the rule of {@link PageTable#mergeStatement}. */
        MERGE,
        /** The same, but rows that the target refuses are found and set aside, and all others are written. */
        HALVES
    }

    /** Learns of pages in their order, of each once it is committed, whatever becomes of those behind it. */
    @FunctionalInterface
    public interface CommitListener {
        void committed(PageStep page, WriteCounts done);
    }

    /**
     * Writes the page into the target, notes the rows that were set aside, and keeps the checkpoint. Rows that the target
     * refuses for their values are set aside too, and are looked at again soon.
     *
     * @throws TargetFault if the target refuses anything else, or so many rows that it is not their fault
     * @throws StaleClaim if the unit has another holder; then nothing was written
     */
    public WriteCounts write(Claim claim, TargetTable table, PageBuffer page, Way way, Checkpoint checkpoint)
            throws SQLException {
        var counts = new ArrayList<WriteCounts>(1);
        write(claim, table, List.of(new PageStep(page, checkpoint)), way, (step, done) -> counts.add(done));
        return counts.get(0);
    }

    /**
     * As {@link #write(Claim, TargetTable, PageBuffer, Way, Checkpoint)}, for pages in their order: all in one transaction, or
     * where that is refused in one each, of which the first that fails is the last.
     */
    public void write(Claim claim, TargetTable table, List<PageStep> pages, Way way, CommitListener listener)
            throws SQLException {
        try {
            attempt(claim, table, pages, way, listener);
        } catch (SQLException e) {
            if (pages.size() > 1 && e instanceof TargetFault fault && !fault.isLocked()) {
                for (PageStep each : pages) {
                    write(claim, table, List.of(each), way, listener);
                }
            } else if (way == Way.DIRECT && KEY_EXISTS.equals(e.getSQLState())) {
                write(claim, table, pages, Way.MERGE, listener);
            } else if (SqlState.LOCK_TIME_OUT.equals(e.getSQLState()) && endOthersOf(claim)) {
                attempt(claim, table, pages, Way.MERGE, listener);
            } else if (way != Way.HALVES && e instanceof TargetFault && DatabaseFault.isOfValues(e)) {
                inHalves(claim, table, pages, listener, e);
            } else {
                throw e;
            }
        }
    }

    /** Only once something is refused, since the savepoints cost time. */
    private void inHalves(Claim claim, TargetTable table, List<PageStep> pages, CommitListener listener,
            SQLException refusal) throws SQLException {
        try {
            attempt(claim, table, pages, Way.HALVES, listener);
        } catch (TargetFault e) {
            refusal.addSuppressed(e);
            throw refusal;
        }
    }

    private void attempt(Claim claim, TargetTable table, List<PageStep> pages, Way way, CommitListener listener)
            throws SQLException {
        boolean briefly = locked.isLocked(table);
        boolean writes = pages.stream().anyMatch(page -> page.rows().size() > 0);
        var sample = Timer.start(metrics);
        String outcome = "refused";
        var span = TraceSpan.begin("write page");
        try {
            var written = inTransaction(claim, table, pages, way, briefly);
            if (writes) {
                locked.free(table);
            }
            outcome = "ok";
            span.with("nxt.rows.written", written.stream().mapToInt(WriteCounts::changed).sum())
                    .with("nxt.rows.deleted", written.stream().mapToInt(WriteCounts::deleted).sum());
            for (int i = 0; i < pages.size(); i++) {
                listener.committed(pages.get(i), written.get(i));
            }
        } catch (TargetFault e) {
            if (e.isLocked()) {
                locked.met(table);
            }
            throw e;
        } finally {
            String label = way.name().toLowerCase(Locale.ROOT);
            if (writes) {
                sample.stop(this.writes.withTags("way", label, "outcome", outcome));
            }
            span.with("nxt.job", pages.get(0).checkpoint().pull()).with("nxt.way", label)
                    .with("nxt.rows.read", pages.stream().mapToInt(page -> page.rows().rows()).sum()).outcome(outcome);
            span.close();
        }
    }

    private List<WriteCounts> inTransaction(Claim claim, TargetTable table, List<PageStep> pages, Way way,
            boolean briefly) throws SQLException {
        return database.inTransaction(transaction -> {
            transaction.execute("set local application_name = " + SqlName.literal(sessionName(claim)));
            if (way == Way.HALVES) {
                // also what users have put off until the commit is then refused where it is seen for which row
                TargetFault.guard(transaction, table, PageWriter::settleConstraints);
            }
            var all = new ArrayList<WriteCounts>();
            for (PageStep each : pages) {
                var page = each.rows();
                var checkpoint = each.checkpoint();
                Database.Work<WriteCounts> rows = guarded -> rows(guarded, table, page, way, checkpoint);
                all.add(page.size() == 0
                        ? WriteCounts.NOTHING
                        : TargetFault.guard(transaction, table,
                                guarded -> briefly ? LockedTargets.briefly(guarded, rows) : rows.in(guarded)));
            }
            // behind all rows, as others too lock them before the state of their pull
            for (int i = 0; i < pages.size(); i++) {
                var checkpoint = pages.get(i).checkpoint();
                RowFaults.setAside(transaction, pages.get(i).rows(), checkpoint);
                var written = checkpoint.keep(transaction, table, all.get(i));
                if (!written.refused().isEmpty()) {
                    RowFaults.setAside(transaction, checkpoint, written.refused());
                    Inbox.lookAgain(transaction, claim, checkpoint.pull(),
                            written.refused().stream().map(RowFault::key).toList());
                }
                all.set(i, written);
            }
            Claims.check(transaction, claim);
            // as in the commit, so behind the fence, whose lock holds until then; but what users have put off until the commit
            // would there be refused where nobody knows whose fault it is
            TargetFault.guard(transaction, table, PageWriter::settleConstraints);
            return all;
        });
    }

    private static WriteCounts rows(Handle transaction, TargetTable table, PageBuffer page, Way way,
            Checkpoint checkpoint) throws SQLException {
        if (way == Way.HALVES) {
            return RefusedRows.write(transaction, table, checkpoint, page.size(),
                    StagedPage.stage(transaction, table, page, checkpoint)).writtenIfAny();
        }
        if (!PageTable.hasOurTypes(transaction, table)) {
            return StagedPage.stage(transaction, table, page, checkpoint).write(0, page.size());
        }
        return way == Way.DIRECT
                ? insert(transaction, table, page, checkpoint)
                : merge(transaction, table, page, checkpoint);
    }

    /**
     * A holder before us may be frozen in the middle of its {@code COPY}, for which PostgreSQL has no time-out: its session is
     * ended. Only whoever holds the unit now may do so. Says whether there was one.
     */
    private boolean endOthersOf(Claim claim) throws SQLException {
        return database.inTransaction(transaction -> {
            Claims.check(transaction, claim);
            boolean ended = !transaction.createQuery("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where usename = current_user and datname = current_database() and application_name like :unit
                      and application_name <> :own and pid <> pg_backend_pid()""")
                    .bind("unit", "nxt-sync unit " + claim.unit() + " fence %").bind("own", sessionName(claim))
                    .mapTo(boolean.class).list().isEmpty();
            if (ended) {
                LOG.warnf("%s: a session of its former holder, which was frozen while it wrote, was ended", claim);
            }
            return ended;
        });
    }

    private static String sessionName(Claim claim) {
        return "nxt-sync unit " + claim.unit() + " fence " + claim.fence();
    }

    private static boolean settleConstraints(Handle transaction) throws SQLException {
        try (Statement statement = transaction.getConnection().createStatement()) {
            return statement.execute(OwnPath.around("set constraints all immediate"));
        }
    }

    private static WriteCounts insert(Handle transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        OwnPath.enter(transaction);
        // not those of the page: a user's trigger may leave rows out
        long inserted = PageTable.copy(transaction, table.quotedName(), table, page,
                FirstColumns.of(table, checkpoint));
        OwnPath.leave(transaction);
        return new WriteCounts((int) inserted, 0, 0);
    }

    private static WriteCounts merge(Handle transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        PageTable.make(transaction, table);
        PageTable.copy(transaction, "pg_temp.nxt_page", table, page, FirstColumns.NONE);
        return PageTable.merge(transaction, table, checkpoint);
    }
}
