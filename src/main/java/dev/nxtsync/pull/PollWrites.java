package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;

/**
 * Writes the pages of a poll, one while the next is read. What a target refuses concerns its own pull only: the pages of others
 * are written, and no later one of this pull is, since its checkpoint would pass over the rows that were refused.
 */
final class PollWrites implements AutoCloseable {
    private final PageWriter writer;
    private final Claim claim;
    private final Progress progress;
    private final WriteBehind<PolledPage> writes = new WriteBehind<>(this::write);
    private final Map<ChangeWindow, TargetFault> refused = new ConcurrentHashMap<>();

    private record PolledPage(ChangeWindow window, PageReader page, Checkpoint checkpoint, PullReport report) {}

    PollWrites(PageWriter writer, Claim claim, Progress progress) {
        this.writer = writer;
        this.claim = claim;
        this.progress = progress;
    }

    /** Begins a write once the one before has ended. */
    void begin(ChangeWindow window, PageReader page, Checkpoint checkpoint, PullReport report) throws SQLException {
        writes.finish();
        writes.write(new PolledPage(window, page, checkpoint, report));
    }

    private int write(List<PolledPage> waiting) throws SQLException {
        var next = waiting.get(0);
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
        return 1;
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
