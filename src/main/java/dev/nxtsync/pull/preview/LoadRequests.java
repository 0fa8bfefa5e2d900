package dev.nxtsync.pull.preview;

import java.util.ArrayList;
import java.util.List;

import dev.nxtsync.pull.Document;
import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.plan.PageSize;

/**
 * How many requests the first loads of one company or customer take: the first pages of many tables together, and the other
 * pages of each table by itself.
 */
final class LoadRequests {
    private LoadRequests() {}

    /**
     * A table that is to be loaded.
     *
     * @param tokens that its first page adds to a document
     * @param pages how many rows go into one
     */
    record SizedTable(long rows, int tokens, PageSize pages) {}

    /** Of each, in their order. The document of several first pages counts for the first table. */
    static List<Long> of(List<SizedTable> tables, DocumentLength length) {
        var requests = new ArrayList<Long>();
        for (int i = 0; i < tables.size(); i += Document.MOST_FIRST_PAGES) {
            var documents = length.divide(tables.subList(i, Math.min(tables.size(), i + Document.MOST_FIRST_PAGES)),
                    SizedTable::tokens);
            int together = documents.stream().mapToInt(List::size).max().orElse(1);
            for (var document : documents) {
                for (int j = 0; j < document.size(); j++) {
                    requests.add(pages(document.get(j).pages(), document.get(j).rows(), together) - (j == 0 ? 0 : 1));
                }
            }
        }
        return requests;
    }

    /**
     * With pages that grow as they do in a load in which all goes well.
     *
     * @param together how many tables share the document of the first pages, which counts
     */
    static long pages(PageSize size, long rows, int together) {
        long requests = 1;
        long rest = rows - Math.max(1, size.rows() / together);
        if (rest > 0 && together > 1) {
            rest -= size.rows();
            requests++;
        }
        while (rest > 0) {
            size.good();
            rest -= size.rows();
            requests++;
        }
        return requests;
    }
}
