package dev.nxtsync.graphql.schema;

import static java.util.Map.entry;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The primary keys of common tables, which introspection does not tell (docs/facts/business-nxt.md, "Keys"). Others are
 * configured.
 */
public final class PrimaryKeys {
    private static final Map<String, List<String>> KNOWN = Map.ofEntries(entry("associate", List.of("associateNo")),
            entry("company", List.of("companyNo")),
            entry("customerTransaction", List.of("voucherJournalNo", "auditNo")),
            entry("generalLedgerAccount", List.of("accountNo")),
            entry("generalLedgerTransaction", List.of("voucherJournalNo", "auditNo")),
            entry("order", List.of("orderNo")), entry("orderLine", List.of("orderNo", "lineNo")),
            entry("product", List.of("productNo")), entry("user", List.of("userName")));

    private PrimaryKeys() {}

    public static Optional<List<String>> of(String table) {
        return Optional.ofNullable(KNOWN.get(table));
    }

    /** Whether a key has some columns of the one that is known, but not all, so that several rows may share it. */
    public static boolean isPart(String table, Collection<String> key) {
        return of(table).filter(known -> !key.containsAll(known) && !Collections.disjoint(known, key)).isPresent();
    }
}
