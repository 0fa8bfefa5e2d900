package dev.nxtsync.pull.target;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Numeral;

/** The types of mirrored columns, and how a JSON scalar becomes PostgreSQL's text form of each. */
public enum ColumnType {
    INTEGER("integer") {
        @Override
        String text(String json) throws UnstorableValue {
            return whole(json, 31);
        }
    },
    BIGINT("bigint") {
        @Override
        String text(String json) throws UnstorableValue {
            return whole(json, 63);
        }
    },
    NUMERIC("numeric") {
        @Override
        String text(String json) throws UnstorableValue {
            var number = Numeral.of(json);
            if (number.isEmpty()) {
                throw new UnstorableValue("not a decimal");
            }
            if (number.get().integerDigits() > 131_072 || number.get().scale() > 16_383) {
                throw new UnstorableValue("a decimal beyond the range of numeric");
            }
            return json;
        }
    },
    TEXT("text") {
        @Override
        String text(String json) throws UnstorableValue {
            var flaw = Characters.flaw(json);
            if (flaw.isPresent()) {
                throw new UnstorableValue("text with " + flaw.get());
            }
            return json;
        }
    },
    /** From a list of names, each of a value of an enumeration. */
    NAMES("text[]") {
        @Override
        String text(String json) throws UnstorableValue {
            return BinaryNames.text(json);
        }
    },
    BOOLEAN("boolean") {
        @Override
        String text(String json) throws UnstorableValue {
            if (json.equals("true") || json.equals("false")) {
                return json;
            }
            throw new UnstorableValue("not a boolean");
        }
    },
    /** From {@code yyyymmdd}, in which 0 stands for none; what is no date is none too. */
    DATE("date") {
        @Override
        @Nullable
        String text(String json) {
            try {
                LocalDate date;
                Matcher parts = DATE_TEXT.matcher(json);
                if (parts.lookingAt()) {
                    date = LocalDate.of(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)),
                            Integer.parseInt(parts.group(3)));
                } else {
                    int digits = Integer.parseInt(json);
                    date = LocalDate.of(digits / 10_000, digits / 100 % 100, digits % 100);
                }
                // which has no year 0
                return date.getYear() < 1 ? null : iso(date);
            } catch (DateTimeException | NumberFormatException e) {
                return null;
            }
        }
    },
    TIME("time") {
        @Override
        String text(String json) throws UnstorableValue {
            try {
                Matcher fraction = FRACTION.matcher(json);
                return LocalTime.parse(fraction.replaceFirst("$1")).format(DateTimeFormatter.ISO_LOCAL_TIME);
            } catch (DateTimeException e) {
                throw new UnstorableValue("not a time of day");
            }
        }
    },
    /** In the server's local time; a zone, if one is written, is dropped. Cut, not rounded, to microseconds. */
    TIMESTAMP("timestamp") {
        @Override
        String text(String json) throws UnstorableValue {
            Matcher parts = TIMESTAMP_TEXT.matcher(json);
            if (!parts.matches()) {
                throw new UnstorableValue("not a date and time");
            }
            try {
                var date = LocalDate.of(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)),
                        Integer.parseInt(parts.group(3)));
                if (date.getYear() < 1 || date.getYear() > 294_275) {
                    throw new UnstorableValue("a date and time out of PostgreSQL's range");
                }
                String seconds = parts.group(5) == null ? "00" : parts.group(5);
                String fraction = parts.group(6) == null ? "" : parts.group(6);
                String time = parts.group(4) + ":" + seconds
                        + (fraction.length() > 7 ? fraction.substring(0, 7) : fraction);
                LocalDateTime.of(date, LocalTime.parse(time));
                return iso(date) + " " + time;
            } catch (DateTimeException | NumberFormatException e) {
                throw new UnstorableValue("a date and time that does not exist");
            }
        }
    };

    private static final Pattern FRACTION = Pattern.compile("(\\.\\d{1,6})\\d*");
    private static final Pattern DATE_TEXT = Pattern.compile("(\\d{4,6})-(\\d{2})-(\\d{2})");
    private static final Pattern TIMESTAMP_TEXT = Pattern.compile(
            "(\\d{1,6})-(\\d{2})-(\\d{2})[T ](\\d{2}:\\d{2})(?::(\\d{2})(\\.\\d+)?)?(?:Z|[+-]\\d{2}:?\\d{2})?");

    private final String sql;

    ColumnType(String sql) {
        this.sql = sql;
    }

    /** PostgreSQL's name of the type. */
    public String sql() {
        return sql;
    }

    /**
     * PostgreSQL's text form of a scalar's text; null for what the API means as "none".
     *
     * @throws UnstorableValue if PostgreSQL has no such value
     */
    abstract @Nullable String text(String json) throws UnstorableValue;

    /** The same text for all that PostgreSQL takes for equal, which 1.0 and 1 are. */
    public String canonical(String text) {
        return switch (this) {
            case NUMERIC -> Numeral.of(text).map(Numeral::canonical).orElse(text);
            case TIMESTAMP, TIME -> {
                int point = text.indexOf('.');
                yield point < 0
                        ? text
                        : text.substring(0, Math.min(text.length(), point + 7)).replaceAll("\\.?0*$", "");
            }
            default -> text;
        };
    }

    /** How many bytes a value takes in a page, its length included; more than most where values differ. */
    int likelyBytes() {
        return Integer.BYTES + switch (this) {
            case BOOLEAN -> 1;
            case INTEGER, DATE -> 4;
            case BIGINT, TIME, TIMESTAMP -> 8;
            case NUMERIC -> 20;
            case TEXT -> 40;
            case NAMES -> 80;
        };
    }

    /** Whether its values can be added up. */
    public boolean isNumber() { return isWholeNumber() || this == NUMERIC; }

    /** Whether they are also equal only where they are written the same. */
    public boolean isWholeNumber() {
        return this == INTEGER || this == BIGINT;
    }

    /** Whether its values are made of characters, of which some take several bytes. */
    boolean isOfTexts() {
        return this == TEXT || this == NAMES;
    }

    /** Whether a column of this type holds every value of the other. */
    boolean holds(ColumnType other) {
        return this == other || switch (this) {
            case BIGINT -> other == INTEGER;
            case NUMERIC -> other == INTEGER || other == BIGINT;
            default -> false;
        };
    }

    /** The type that PostgreSQL calls so, as {@code format_type} writes it; null for one that no column of ours has. */
    static @Nullable ColumnType of(String sql) {
        for (ColumnType each : values()) {
            if (sql.equals(each.sql) || sql.equals(each.sql + " without time zone")) {
                return each;
            }
        }
        return null;
    }

    static String iso(LocalDate date) {
        // LocalDate puts a plus sign before years of five digits, which PostgreSQL does not read
        return String.format(Locale.ROOT, "%04d-%02d-%02d", date.getYear(), date.getMonthValue(), date.getDayOfMonth());
    }

    private static String whole(String json, int bits) throws UnstorableValue {
        var number = Numeral.of(json).filter(Numeral::isWhole);
        if (number.isEmpty()) {
            throw new UnstorableValue("not a whole number");
        }
        var whole = number.get().whole().filter(each -> bits > 31 || each.intValue() == each);
        if (whole.isEmpty()) {
            throw new UnstorableValue("a whole number beyond the range of its column");
        }
        return whole.get().toString();
    }
}
