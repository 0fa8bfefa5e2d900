package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.WriteCounts;
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
    private final WriteBehind writes = new WriteBehind();
    private final Map<ChangeWindow, TargetFault> refused = new ConcurrentHashMap<>();

    PollWrites(PageWriter writer, Claim claim, Progress progress) {
        this.writer = writer;
        this.claim = claim;
        this.progress = progress;
    }

    /** Begins a write once the one before has ended. */
    void begin(ChangeWindow window, PageReader page, Checkpoint checkpoint, PullReport report) throws SQLException {
        writes.write(() -> write(window, page, checkpoint, report));
    }

    private WriteCounts write(ChangeWindow window, PageReader page, Checkpoint checkpoint, PullReport report)
            throws SQLException {
        var written = WriteCounts.NOTHING;
        if (!refused.containsKey(window)) {
            try {
                written = writer.write(claim, window.plan().target(), page.buffer(), PageWriter.Way.MERGE, checkpoint);
                report.page(page.buffer(), written);
            } catch (TargetFault e) {
                refused.put(window, e);
            }
        }
        progress.made();
        return written;
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
