package dev.nxtsync.pull;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.RunHistory.RunRecord;
import dev.nxtsync.schedule.UnitKind;

/** What one run over one table does, for the log, the metrics and the history. Thread-safe. */
final class PullReport {
    private static final Logger LOG = Logger.getLogger(PullReport.class);
    private static final long TELL_PROGRESS = Duration.ofSeconds(10).toNanos();

    private final String job;
    private final int company;
    private final UnitKind kind;
    private final String what;
    private final MeterRegistry metrics;
    private final Instant startedAt;
    private final long from = System.nanoTime();
    private long toldAt = from;
    private long rows;
    /** Of all runs of the same walk. */
    private long walked;
    private long written;
    private long deleted;
    private long setAside;
    private long newlySetAside;
    private int requests;
    private long bytes;
    private String traceId = "";

    PullReport(String job, Claim claim, Instant startedAt, MeterRegistry metrics) {
        this.job = job;
        this.company = claim.company();
        this.kind = claim.kind();
        this.what = "Pull " + new PulledTenant(job, claim.tenant());
        this.startedAt = startedAt;
        this.metrics = metrics;
    }

    /** Counts a request, whatever came of it. */
    synchronized void request(Answer answer) {
        requests++;
        trace(answer);
        bytes += answer instanceof Answer.Data data ? data.bytes() : 0;
    }

    /** Remembers the trace id of a request that another table's tally counts. */
    synchronized void trace(Answer answer) {
        String id = answer instanceof Answer.Data data ? data.traceId() : ((Failure) answer).traceId();
        traceId = id.isEmpty() ? traceId : id;
    }

    synchronized void page(PageBuffer page, WriteCounts done) {
        rows += page.rows();
        written += done.changed();
        deleted += done.deleted();
        int aside = page.faults().size() + done.refused().size();
        setAside += aside;
        newlySetAside += page.newFaults();
        count("read", page.rows());
        count("written", done.changed());
        count("deleted", done.deleted());
        count("set_aside", aside);
    }

    /** Counts a page that was written before. */
    synchronized void known(PageBuffer page) {
        rows += page.rows();
        count("read", page.rows());
    }

    /**
     * Tells now and then how far it has come.
     *
     * @param sofar rows of all runs of the same walk
     * @param expected how many there will be, if that is known
     */
    synchronized void progress(long sofar, Optional<Long> expected) {
        walked = sofar;
        long now = System.nanoTime();
        if (now - toldAt > TELL_PROGRESS && rows > 0) {
            toldAt = now;
            double perSecond = rows / seconds();
            LOG.infof("%s: %s of %s%s", what, kind, Words.count(sofar, "row"),
                    expected.map(all -> String.format(Locale.ROOT, " of about %d, %s/s, %d min left", all,
                            Words.count(Math.round(perSecond), "row"),
                            (long) Math.ceil(Math.max(0, all - sofar) / perSecond / 60))).orElse(""));
        }
    }

    /** @param outcome {@code ok}, or {@code goes on} if others had a turn before the end */
    synchronized RunRecord done(String outcome) {
        // what webhooks bring comes every second, and rows that are set aside come with each run
        boolean changed = written + deleted + newlySetAside > 0;
        var level = outcome.equals("ok") && kind != UnitKind.FETCH && changed ? Logger.Level.INFO : Logger.Level.DEBUG;
        LOG.logf(level, "%s: %s, %s%s, %d written%s, in %.1f s%s", what, kind, Words.count(rows, "row"),
                walked > rows ? " of " + walked + " in all" : "", written,
                deleted > 0 ? ", " + deleted + " deleted" : "", seconds(),
                requests == 0 ? ", by a request for several tables" : " with " + Words.count(requests, "request"));
        return run(outcome, "");
    }

    synchronized RunRecord failed(String code, String reason, Duration retry) {
        LOG.warnf("%s: %s stopped %s. %s Tried again in %s.", what, kind,
                rows == 0
                        ? "before the first row"
                        : "after " + Words.count(rows, "row, which is kept", "rows, which are kept"),
                reason, Words.time(retry));
        return run(code, reason);
    }

    synchronized RunRecord run(String outcome, String error) {
        var ended = startedAt.plusNanos(System.nanoTime() - from);
        var run = new RunRecord(job, company, kind, startedAt, ended, outcome, rows, written, deleted, setAside,
                requests, bytes, traceId, error);
        run.count(metrics);
        return run;
    }

    private void count(String what, int amount) {
        metrics.counter("nxt_pull_rows", "job", job, "kind", what).increment(amount);
    }

    private double seconds() {
        return (System.nanoTime() - from) / 1e9;
    }
}
