package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.store.Checkpoint;
import dev.nxtsync.store.Claim;
import dev.nxtsync.store.PageWriter;
import dev.nxtsync.store.TargetFault;
import dev.nxtsync.store.Written;

/**
 * Writes the pages of a poll, one while the next is read. What a target refuses concerns its own pull only: the pages of others
 * are written, and no later one of this pull is, since its checkpoint would pass over the rows that were refused.
 */
final class PollWrites implements AutoCloseable {
    private final PageWriter writer;
    private final Claim claim;
    private final Progress progress;
    private final WriteBehind writes = new WriteBehind();
    private final Map<Increment, TargetFault> refused = new ConcurrentHashMap<>();

    PollWrites(PageWriter writer, Claim claim, Progress progress) {
        this.writer = writer;
        this.claim = claim;
        this.progress = progress;
    }

    /** Begins a write once the one before has ended. */
    void begin(Increment increment, PageReader page, Checkpoint checkpoint, Tally tally) throws SQLException {
        writes.write(() -> write(increment, page, checkpoint, tally));
    }

    private Written write(Increment increment, PageReader page, Checkpoint checkpoint, Tally tally)
            throws SQLException {
        var written = Written.NOTHING;
        if (!refused.containsKey(increment)) {
            try {
                written = writer.write(claim, increment.plan().target(), page.buffer(), PageWriter.Way.MERGE,
                        checkpoint);
                tally.page(page.buffer(), written);
            } catch (TargetFault e) {
                refused.put(increment, e);
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
    Optional<TargetFault> refusal(Increment increment) {
        return Optional.ofNullable(refused.get(increment));
    }

    @Override
    public void close() {
        writes.close();
    }
}
