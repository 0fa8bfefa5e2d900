package dev.nxtsync.sandbox;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Map;

/** A row: the values that its number makes, under those that were written since. A new one for each change. */
record Row(TableModel table, int number, int salt, Map<String, Object> written) {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSS");
    /** For rows that have not been made but written. */
    static final int WRITTEN_ONLY = -1;

    Object get(ColumnModel column) {
        if (written.containsKey(column.name())) {
            return written.get(column.name());
        }
        if (number != WRITTEN_ONLY) {
            return column.made().of(number, salt + column.name().hashCode());
        }
        return switch (column.kind()) {
            case STRING -> "";
            case BOOLEAN -> false;
            case TIMESTAMP -> null;
            default -> 0;
        };
    }

    /** What the companion shows of the value: null for what is no date or time. */
    Object companion(ColumnModel column) {
        var value = (Number) get(column);
        if (value == null) {
            return null;
        }
        int n = value.intValue();
        return switch (column.kind()) {
            case DATE -> date(n);
            case TIME -> n / 100 < 24 && n % 100 < 60 && n >= 0 ? LocalTime.of(n / 100, n % 100) + ":00" : null;
            case PRECISION_TIME -> n >= 0 && n < 86_400_000
                    ? LocalTime.ofNanoOfDay(n * 1_000_000L).format(DateTimeFormatter.ofPattern("HH:mm:ss.SSS"))
                    : null;
            case ENUM -> TableModel.ENUM_NAMES[Math.floorMod(n, TableModel.ENUM_NAMES.length)];
            case FLAGS -> TableModel.FLAG_NAMES.entrySet().stream().filter(flag -> (n & flag.getKey()) != 0)
                    .map(Map.Entry::getValue).toList();
            default -> null;
        };
    }

    Row with(Map<String, Object> changes) {
        var all = new HashMap<>(written);
        all.putAll(changes);
        return new Row(table, number, salt, all);
    }

    /** The server's local time, without a zone. */
    static String now() {
        return LocalDateTime.now(ZoneId.of("Europe/Oslo")).format(STAMP);
    }

    /** The server's local time, had its clock been set back by so many seconds. */
    static String before(int seconds) {
        return LocalDateTime.now(ZoneId.of("Europe/Oslo")).minusSeconds(seconds).format(STAMP);
    }

    private static String date(int n) {
        try {
            return n == 0 ? null : LocalDate.of(n / 10_000, n / 100 % 100, n % 100).toString();
        } catch (java.time.DateTimeException e) {
            return null;
        }
    }
}
