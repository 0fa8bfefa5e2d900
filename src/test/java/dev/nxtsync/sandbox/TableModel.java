package dev.nxtsync.sandbox;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import dev.nxtsync.sandbox.ColumnModel.Kind;
import dev.nxtsync.sandbox.ColumnModel.Made;

/** A table of the model. */
record TableModel(String name, boolean system, List<String> key, List<ColumnModel> columns, int rows,
        Map<String, Integer> index) {
    /** A column of the key that the schema does not have: nothing tells the rows of its table apart. */
    static final String HIDDEN = "_row";
    static final String[] ENUM_NAMES = {"Blocked", "InUse", "Stop", "Mandatory"};
    /** By their bits. */
    static final Map<Integer, String> FLAG_NAMES = new TreeMap<>(
            Map.of(2, "CreditNote", 4, "BatchInvoice", 256, "GrossOrder", 512, "ReserveOnSave"));
    private static final String[] WORDS = {"Fjord", "Åsen", "Sjø", "Ærlig", "Grønn", "Nordlys", "Blåbær", "Østre",
            "Müller", "Żubr", "漁船", "🚢"};

    String rowType() {
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    /** Whether the last column of the key is numbered by the server. */
    boolean isNumbered() {
        return NUMBERED.contains(name) || GeneratedTables.isNumbered(this);
    }

    /** The table whose rows may be created with those of this one; null for none. */
    String children() {
        return CHILDREN.get(name);
    }

    /** Those that the schema has. */
    List<ColumnModel> shownColumns() {
        return key.contains(HIDDEN)
                ? columns.stream().filter(column -> !column.name().equals(HIDDEN)).toList()
                : columns;
    }

    ColumnModel column(String column) {
        var found = index.get(column);
        return found == null ? null : columns.get(found);
    }

    private static final java.util.Set<String> NUMBERED = java.util.Set.of("associate", "order", "orderLine", "batch",
            "voucher");
    private static final Map<String, String> CHILDREN = Map.of("order", "orderLine", "batch", "voucher");

    static final List<TableModel> ALL = List.of(
            table("associate", 1200).key("associateNo").int_("customerNo").int_("supplierNo").text("name")
                    .text("shortName").text("emailAddress").text("phone").text("addressLine1").text("postCode")
                    .enumeration("customerPreferences").decimal("creditLimit").date("birthDate").made(),
            table("product", 900).textKey("productNo").text("description").decimal("price1").decimal("stockBalance")
                    .enumeration("productType").flags("productPreferences").bool("inStock").made(),
            order(),
            table("orderLine", 4000).key("orderNo").secondKey("lineNo").text("productNo").text("description")
                    .decimal("quantity").decimal("priceInCurrency").decimal("amountDomestic").date("deliveryDate")
                    .long_("externalReference").made(),
            table("generalLedgerAccount", 150).key("accountNo").text("name").enumeration("accountGroup")
                    .flags("accountPreferences").made(),
            table("generalLedgerTransaction", 3000).key("voucherJournalNo").secondKey("auditNo").int_("accountNo")
                    .date("voucherDate").decimal("postedAmountDomestic").text("description").made(),
            table("customerTransaction", 2000).key("voucherJournalNo").secondKey("auditNo").int_("customerNo")
                    .text("invoiceNo").date("dueDate").decimal("amountDomestic").decimal("remainingAmountDomestic")
                    .made(),
            table("batch", 0).key("batchNo").int_("voucherSeriesNo").date("valueDate").int_("batchStatus")
                    .text("description").text("externalId").made(),
            table("voucher", 0).key("batchNo").secondKey("voucherNo").date("voucherDate").int_("debitAccountNo")
                    .int_("creditAccountNo").int_("customerNo").decimal("amountDomestic").text("text").made(),
            table("timeless", 20).key("timelessNo").text("name").decimal("amount").timeless(),
            table("company", 3).system().key("companyNo").text("name").text("companyBusinessNo")
                    .int_("vismaNetCompanyId").made(),
            table("user", 5).system().textKey("userName").text("fullName").enumeration("userType").made());

    private static TableModel order() {
        Builder order = table("order", 2500).key("orderNo").int_("customerNo").date("orderDate")
                .date("requiredDeliveryDate").enumeration("orderType").flags("orderPreferences").text("yourReference")
                .text("ourReference").text("information1").decimal("orderAmountDomestic").decimal("discountPercent")
                .decimal("totalWeight").precisionTime("pickTime").bool("blocked").long_("externalId")
                .short_("priority");
        for (int i = 1; i <= 12; i++) {
            order.int_("orgUnit" + i);
        }
        for (int i = 2; i <= 7; i++) {
            order.text("information" + i);
        }
        return order.int_("orderStatus").made();
    }

    static Builder table(String name, int rows) {
        return new Builder(name, rows);
    }

    static final class Builder {
        private final String name;
        private final int rows;
        private boolean system;
        private final List<String> key = new ArrayList<>();
        private final List<ColumnModel> columns = new ArrayList<>();

        Builder(String name, int rows) {
            this.name = name;
            this.rows = rows;
        }

        Builder system() {
            system = true;
            return this;
        }

        /** The first of two keys repeats five times. */
        Builder key(String column) {
            key.add(column);
            return add(column, Kind.INT, (row, salt) -> key.size() == 1 ? row + 1 : row / 5 + 1);
        }

        Builder secondKey(String column) {
            key.add(column);
            return add(column, Kind.INT, (row, salt) -> row % 5 + 1);
        }

        Builder keyColumn(String column, Made made) {
            key.add(column);
            return add(column, Kind.INT, made);
        }

        /** Text keys with case, aa and å, and blanks at the end. */
        Builder textKey(String column) {
            key.add(column);
            String[] shapes = {"A%05d", "a%05d", "aa%05d", "Å%05d", "%05d ", "å-%05d", "%05d"};
            return add(column, Kind.STRING,
                    (row, salt) -> String.format(Locale.ROOT, shapes[row % shapes.length], row));
        }

        Builder int_(String column) {
            return add(column, Kind.INT, (row, salt) -> mix(row, salt) % 50_000);
        }

        Builder short_(String column) {
            return add(column, Kind.SHORT, (row, salt) -> mix(row, salt) % 100);
        }

        Builder long_(String column) {
            return add(column, Kind.LONG, (row, salt) -> Long.MAX_VALUE - (long) mix(row, salt) * row);
        }

        Builder bool(String column) {
            return add(column, Kind.BOOLEAN, (row, salt) -> mix(row, salt) % 2 == 0);
        }

        Builder text(String column) {
            return add(column, Kind.STRING, (row, salt) -> {
                int mixed = mix(row, salt);
                return mixed % 7 == 0
                        ? ""
                        : WORDS[mixed % WORDS.length] + " \"" + row + "\"\t\\" + WORDS[mixed / 16 % WORDS.length];
            });
        }

        Builder decimal(String column) {
            return add(column, Kind.DECIMAL, (row, salt) -> BigDecimal
                    .valueOf(mix(row, salt) * 1_000_003L - 1_000_000_000_000L, mix(row, salt + 1) % 9));
        }

        Builder date(String column) {
            return add(column, Kind.DATE, (row, salt) -> {
                int mixed = mix(row, salt);
                return mixed % 5 == 0
                        ? 0
                        : mixed % 301 == 0
                                ? 20_260_231
                                : (1990 + mixed % 40) * 10_000 + (mixed % 12 + 1) * 100 + mixed % 28 + 1;
            });
        }

        Builder precisionTime(String column) {
            return add(column, Kind.PRECISION_TIME, (row, salt) -> mix(row, salt) % 86_400_000);
        }

        Builder enumeration(String column) {
            return add(column, Kind.ENUM, (row, salt) -> mix(row, salt) % ENUM_NAMES.length);
        }

        Builder flags(String column) {
            return add(column, Kind.FLAGS, (row, salt) -> mix(row, salt) % 1024);
        }

        /** Without the columns that every table of the real one has. */
        TableModel timeless() {
            var index = new HashMap<String, Integer>();
            columns.forEach(column -> index.put(column.name(), index.size()));
            return new TableModel(name, system, List.copyOf(key), List.copyOf(columns), rows, Map.copyOf(index));
        }

        TableModel made() {
            // as every table has them; rows of before October 2024 have no time stamps
            add("createdDate", Kind.DATE, (row, salt) -> 20_200_000 + (row % 12 + 1) * 100 + row % 28 + 1);
            add("createdTime", Kind.TIME, (row, salt) -> row % 24 * 100 + row % 60);
            add("createdByUser", Kind.STRING, (row, salt) -> "system");
            add("changedDate", Kind.DATE, (row, salt) -> 20_260_000 + (row % 9 + 1) * 100 + row % 28 + 1);
            add("changedTime", Kind.TIME, (row, salt) -> row % 24 * 100 + row % 60);
            add("changedByUser", Kind.STRING, (row, salt) -> "system");
            add("createdTimestamp", Kind.TIMESTAMP, (row, salt) -> null);
            add("changedTimestamp", Kind.TIMESTAMP,
                    (row, salt) -> row % 3 == 0
                            ? null
                            : "2026-0" + (row % 9 + 1) + "-" + padded(row % 28 + 1, 2) + " " + padded(row % 24, 2) + ":"
                                    + padded(row % 60, 2) + ":33.798" + padded(row % 10_000, 4));
            return timeless();
        }

        Builder add(String column, Kind kind, Made made) {
            columns.add(new ColumnModel(column, kind, made));
            return this;
        }

        /** As a format would, which takes most of the time that a sandbox needs for its answers. */
        private static String padded(int number, int digits) {
            String text = Integer.toString(number);
            return "0".repeat(digits - text.length()) + text;
        }

        private static int mix(int row, int salt) {
            int h = row * 0x9E3779B1 + salt * 0x85EBCA6B;
            h ^= h >>> 15;
            h *= 0x2C1B3C6D;
            h ^= h >>> 12;
            return h & 0x7fffffff;
        }
    }
}
