package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import dev.nxtsync.pull.state.LoadPage;
import dev.nxtsync.pull.target.PageStep;
import dev.nxtsync.pull.target.PageWriter;

/**
 * Writes the pages of a load while the next are read. Those that wait share a commit, as long as that is short: rows and
 * checkpoints are still kept together.
 */
final class LoadWrites implements WriteBehind.PageSink<LoadWrites.LoadedPage>, AutoCloseable {
    private static final double LONGEST = Duration.ofMillis(200).toNanos();
    private static final int MOST_ROWS = 50_000;

    private final PullTurn turn;
    private final PullSink sink;
    private final PageReaders readers;
    private final WriteBehind<LoadedPage> writes;
    /** How many rows a commit may have, as the one before shows. */
    private int rows = 1;

    record LoadedPage(PageReader reader, LoadPage checkpoint) {
        PageWriter.Way way() {
            return checkpoint.scan().direct() ? PageWriter.Way.DIRECT : PageWriter.Way.MERGE;
        }

        int rows() {
            return reader.buffer().rows();
        }
    }

    /** @param readers to which pages are given back */
    LoadWrites(PullTurn turn, PullSink sink, PageReaders readers) {
        this.turn = turn;
        this.sink = sink;
        this.readers = readers;
        this.writes = new WriteBehind<>(this, readers.fault());
    }

    /** Hands a page in. */
    void write(PageReader page, LoadPage checkpoint) throws SQLException {
        writes.write(new LoadedPage(page, checkpoint));
    }

    @Override
    public int together(List<LoadedPage> waiting) {
        int count = 1;
        int sum = waiting.get(0).rows();
        // the last one counts the rows of the target first of all, while nothing is locked
        while (count < waiting.size() && !waiting.get(count).checkpoint().ended()
                && waiting.get(count).way() == waiting.get(0).way() && sum + waiting.get(count).rows() <= rows) {
            sum += waiting.get(count).rows();
            count++;
        }
        return count;
    }

    @Override
    public void write(List<LoadedPage> pages) throws SQLException {
        long begun = System.nanoTime();
        try {
            sink.write(turn,
                    pages.stream().map(each -> new PageStep(each.reader().buffer(), each.checkpoint())).toList(),
                    pages.get(0).way());
        } finally {
            double share = LONGEST / Math.max(1, System.nanoTime() - begun);
            rows = (int) Math.min(MOST_ROWS, Math.max(1, share * pages.stream().mapToInt(LoadedPage::rows).sum()));
        }
    }

    @Override
    public void ended(LoadedPage page) {
        readers.giveBack(page.reader());
    }

    /** Waits until all are written. */
    void finish() throws SQLException {
        writes.finish();
    }

    @Override
    public void close() {
        writes.close();
    }
}
