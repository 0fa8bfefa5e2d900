package dev.nxtsync.sandbox;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** A primary key, or the beginning of one, which comes before all keys that begin with it. */
record Key(List<Object> values) implements Comparable<Key> {
    /** As a Nordic collation has it: case hardly matters, aa is å, blanks at the end hardly matter. */
    private static final Comparator<String> TEXT = Comparator
            .comparing((String text) -> text.stripTrailing().toLowerCase(Locale.ROOT).replace("aa", "å"))
            .thenComparing(Comparator.reverseOrder());

    private static final Pattern ZONE = Pattern.compile("(Z|[+-]\\d\\d:?\\d\\d)$");
    private static final Pattern STAMP = Pattern.compile("\\d{4,6}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,7})?");

    @Override
    public int compareTo(Key other) {
        for (int i = 0; i < Math.min(values.size(), other.values.size()); i++) {
            int order = compare(values.get(i), other.values.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(values.size(), other.values.size());
    }

    /** The server's order of two values of a column; null comes first, and stamps are compared by what they mean. */
    static int compare(ColumnModel column, Object a, Object b) {
        return column.kind() == ColumnModel.Kind.TIMESTAMP && a != null && b != null
                ? stamp(a.toString()).compareTo(stamp(b.toString()))
                : compare(a, b);
    }

    private static String stamp(String text) {
        String plain = ZONE.matcher(text.replace('T', ' ')).replaceFirst("");
        if (!STAMP.matcher(plain).matches()) {
            // what was put in on purpose, though the server could not hold it
            return plain;
        }
        return plain.indexOf('.') < 0 ? plain + ".0000000" : (plain + "0000000").substring(0, plain.indexOf('.') + 8);
    }

    /** The server's order of two values of one column; null comes first. */
    static int compare(Object a, Object b) {
        if (a == null || b == null) {
            return a == b ? 0 : a == null ? -1 : 1;
        }
        if (a instanceof Boolean x && b instanceof Boolean y) {
            return Boolean.compare(x, y);
        }
        if (a instanceof Number && b instanceof Number) {
            return new java.math.BigDecimal(a.toString()).compareTo(new java.math.BigDecimal(b.toString()));
        }
        return TEXT.compare(a.toString(), b.toString());
    }
}
