package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.target.PageBuffer;

/** What a walk is for. */
interface WalkPurpose {
    /** A name for its documents. */
    String name();

    /**
     * What is asked for with a page.
     *
     * @param scan as it is now; it has not begun before its first page
     * @param page alone
     * @param coming the most rows that the requests under way can bring, this one's with them
     */
    List<DocumentPart> parts(TableScan scan, DocumentPart page, long coming);

    List<String> fields();

    /** Of the keys of a page, those that may stand for several rows. */
    Collection<String> suspects(PageBuffer page);

    /** The scan from its beginning. */
    TableScan anew(TableScan scan);

    /** What a page adds to what is known of the scan, its place apart. */
    TableScan after(TableScan scan, Pages.Page page, Instant readAt) throws SQLException;

    /** Takes a page. Pages come one after the other, and are to be kept in this order. */
    void take(WalkPage page) throws SQLException;

    /**
     * A page that was read.
     *
     * @param scan how it is with this page, with all rows so far
     * @param kept the same as it is kept
     * @param ended whether this is the last page
     */
    record WalkPage(PageReader reader, Instant readAt, TableScan scan, TableScan kept, RangeChange ranges,
            boolean ended) {}
}
