package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.pull.Document.DocumentPart;

/**
 * Asks for keys and change stamps only, of which a document holds hundreds of tables, and ends the walks of those in which
 * nothing is new. It judges nothing else: whatever it finds in a table is found again by whoever reads that table's first page.
 */
record StampCheck(PolledTables tables, DatabaseClock clock, DocumentLength length) {

    /** Asks for all in as few documents as hold them. */
    void of(List<ChangeWindow> windows) throws SQLException {
        for (var document : length.divide(windows, each -> each.stamps("t0").tokens())) {
            ask(document);
        }
    }

    private void ask(List<ChangeWindow> windows) throws SQLException {
        if (tables.inTheWay().isPresent()) {
            return;
        }
        var byAlias = PolledTables.byAlias(windows);
        var parts = new ArrayList<DocumentPart>();
        var readers = new HashMap<String, PageReader>();
        byAlias.forEach((alias, each) -> {
            parts.add(each.stamps(alias));
            readers.put(alias, each.stampsReader(windows.size()));
        });
        Instant readAt = clock.now();
        Answer answer = tables.ask(windows, parts, readers);
        if (answer instanceof Failure failure) {
            failed(byAlias, failure);
            return;
        }
        byAlias.forEach((alias, each) -> {
            var reader = Objects.requireNonNull(readers.get(alias));
            each.quiet(reader, readAt, Pages.more(Pages.connection(each.plan(), (Answer.Data) answer, alias)))
                    .ifPresent(checkpoint -> tables.quiet(each, reader, checkpoint));
        });
    }

    private void failed(Map<String, ChangeWindow> byAlias, Failure failure) throws SQLException {
        var next = FailedDocument.of(byAlias, failure);
        if (next.isOfAll() && failure.next() != Recovery.FIX && !failure.mayBeTooLarge()) {
            tables.failAll(byAlias.values(), failure);
        }
        for (var document : next.documents()) {
            ask(document);
        }
    }
}
