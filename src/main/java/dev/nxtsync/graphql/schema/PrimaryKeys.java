package dev.nxtsync.graphql.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The primary keys of common tables, which introspection does not tell (docs/facts/business-nxt.md, "Keys"). Others are
 * configured.
 */
public final class PrimaryKeys {
    private static final Map<String, List<String>> KNOWN = Map.of("associate", List.of("associateNo"), "company",
            List.of("companyNo"), "customerTransaction", List.of("voucherJournalNo", "auditNo"), "generalLedgerAccount",
            List.of("accountNo"), "generalLedgerTransaction", List.of("voucherJournalNo", "auditNo"), "order",
            List.of("orderNo"), "orderLine", List.of("orderNo", "lineNo"), "product", List.of("productNo"), "user",
            List.of("userName"));

    private PrimaryKeys() {}

    /** The tables whose key is known. */
    public static java.util.Set<String> tables() {
        return KNOWN.keySet();
    }

    public static Optional<List<String>> of(String table) {
        return Optional.ofNullable(KNOWN.get(table));
    }
}
