package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;

/**
 * Writes the pages of a poll, one while the next is read. What a target refuses concerns its own pull only: the pages of others
 * are written, and no later one of this pull is, since its checkpoint would pass over the rows that were refused.
 */
final class PollWrites implements WriteBehind.PageSink<PollWrites.PolledPage>, AutoCloseable {
    private final PageWriter writer;
    private final Claim claim;
    private final Progress progress;
    private final WriteBehind<PolledPage> writes = new WriteBehind<>(this, new FirstFault());
    private final Map<ChangeWindow, TargetFault> refused = new ConcurrentHashMap<>();

    /** @param back where its reader goes once it is needed no more */
    record PolledPage(ChangeWindow window, PageReader page, Checkpoint checkpoint, PullReport report,
            Consumer<PageReader> back) {}

    PollWrites(PageWriter writer, Claim claim, Progress progress) {
        this.writer = writer;
        this.claim = claim;
        this.progress = progress;
    }

    /** Begins a write once the one before has ended. */
    void begin(PolledPage page) throws SQLException {
        writes.finish();
        writes.write(page);
    }

    @Override
    public void write(List<PolledPage> pages) throws SQLException {
        var next = pages.get(0);
        var window = next.window();
        if (!refused.containsKey(window)) {
            try {
                var written = writer.write(claim, window.plan().target(), next.page().buffer(), PageWriter.Way.MERGE,
                        next.checkpoint());
                next.report().page(next.page().buffer(), written);
            } catch (TargetFault e) {
                refused.put(window, e);
            }
        }
        progress.made();
    }

    @Override
    public void ended(PolledPage page) {
        page.back().accept(page.page());
    }

    /** Waits for the write that is under way. */
    void finish() throws SQLException {
        writes.finish();
    }

    /** Why a page was refused, as far as writes have ended. */
    Optional<TargetFault> refusal(ChangeWindow window) {
        return Optional.ofNullable(refused.get(window));
    }

    @Override
    public void close() {
        writes.close();
    }
}
