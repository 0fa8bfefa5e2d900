package dev.nxtsync.sandbox;

import java.util.List;
import java.util.stream.IntStream;

import dev.nxtsync.sandbox.ColumnModel.Kind;

/**
 * Tables beside those that everybody knows, as a large schema has them: by their number, each shape in turn. Some have keys
 * that are easily taken for others, and some have none.
 */
final class GeneratedTables {
    private static final String NAME = "generated";
    /** More are not asked for. */
    private static final int MOST = 2_000;
    /** Every so many have as many columns as the widest of the real ones. */
    private static final int WIDE = 50;
    private static final int WIDE_COLUMNS = 290;
    private static final List<TableModel> ALL = IntStream.range(0, MOST).mapToObj(GeneratedTables::make).toList();

    private GeneratedTables() {}

    /** What tells the rows of a table apart. */
    enum Shape {
        NUMBER, NUMBER_AGAIN, PARENT_AND_LINE, THREE_COLUMNS, TEXT, NAME_THAT_TELLS_NOTHING,
        /** The column that has the name of the table is nearly unique, and only the first part. */
        NEARLY_UNIQUE,
        /** Beside the key stands a number that is not stored, so that new records do not take it either. */
        NOT_STORED,
        /** Rows may be equal in all columns. */
        NONE;

        static Shape of(int number) {
            return values()[number % values().length];
        }
    }

    /** So many of them. */
    static List<TableModel> first(int count) {
        return ALL.subList(0, count);
    }

    /** That of this name; null if there is none. */
    static TableModel named(String name) {
        return name.matches(NAME + "\\d{1,4}") && number(name) < MOST ? ALL.get(number(name)) : null;
    }

    static boolean isGenerated(TableModel table) {
        return table.name().startsWith(NAME);
    }

    static Shape shape(TableModel table) {
        return Shape.of(number(table.name()));
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring(NAME.length()));
    }

    /** Whether the last column of the key is numbered by the server. */
    static boolean isNumbered(TableModel table) {
        return isGenerated(table) && shape(table) != Shape.TEXT && shape(table) != Shape.NONE;
    }

    /** Whether a column can be read only. */
    static boolean isNotStored(TableModel table, ColumnModel column) {
        return isGenerated(table) && column.name().equals("computedNo");
    }

    private static TableModel make(int number) {
        String name = NAME + number;
        Shape shape = Shape.of(number);
        var table = TableModel.table(name,
                shape == Shape.NOT_STORED ? 60 : number % 11 == 0 ? 0 : 3 + number * 7 % 200);
        switch (shape) {
            case NUMBER, NUMBER_AGAIN -> table.key(name + "No");
            case PARENT_AND_LINE -> table.key("parentNo").secondKey("lineNo");
            case THREE_COLUMNS -> table.keyColumn("journalNo", (row, salt) -> row / 6 + 1)
                    .keyColumn("voucherNo", (row, salt) -> row % 6 / 3 + 1)
                    .keyColumn("lineNo", (row, salt) -> row % 3 + 1);
            case TEXT -> table.textKey("code");
            case NAME_THAT_TELLS_NOTHING -> table.key("serial");
            case NEARLY_UNIQUE -> table.keyColumn(name + "No", (row, salt) -> row == 2 ? 2 : row + 1).keyColumn("part",
                    (row, salt) -> row == 2 ? 2 : 1);
            case NOT_STORED -> {
                table.add("computedNo", Kind.INT, (row, salt) -> row / 30);
                table.key("identityNo");
            }
            case NONE -> table.keyColumn(TableModel.HIDDEN, (row, salt) -> row);
        }
        table.text("description").decimal("amount").int_("customerNo").date("day");
        if (number % 3 == 0) {
            table.enumeration("kind").flags("options");
        }
        for (int i = 0; number % WIDE == WIDE - 1 && i < WIDE_COLUMNS; i++) {
            table = switch (i % 4) {
                case 0 -> table.decimal("figure" + i);
                case 1 -> table.text("text" + i);
                case 2 -> table.int_("number" + i);
                default -> table.date("day" + i);
            };
        }
        return number % 7 == 0 ? table.timeless() : table.made();
    }
}
