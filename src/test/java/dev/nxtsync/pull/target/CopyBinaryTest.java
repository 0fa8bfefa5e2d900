package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.support.Size;

/** The quick way of a value into {@code COPY} beside the exact one. */
class CopyBinaryTest {
    private static final int VALUES = Size.of(60_000, 1_000_000);
    private static final String ODD = "0123456789-+.:TZeE tNaf\u0660\u00e6_";

    private static final List<String> NAMES = List.of("\"CreditNote\"", "\"_\"", "\"NULL\"", "null", "\"x9\"");

    private final Random random = new Random(25);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"TEXT", "NAMES"})
    void whateverIsWrittenTheQuickWayIsWhatTheExactWayWrites(ColumnType type) {
        int quick = 0;
        for (int i = 0; i < VALUES; i++) {
            String value = random.nextInt(3) > 0 ? usual(type) : spoilt(usual(type));
            String exact = exact(type, value);
            String usual = usual(type, value);
            if (usual != null) {
                quick++;
                assertThat(usual).as("%s of '%s'", type, value).isEqualTo(exact);
            }
        }
        assertThat(quick).as("most take it").isGreaterThan(VALUES / 2);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"TEXT", "NAMES"})
    void whatTheApiWritesForEachTypeTakesTheQuickWay(ColumnType type) {
        for (int i = 0; i < 1_000; i++) {
            String value = usual(type);
            assertThat(usual(type, value)).as("%s of '%s'", type, value).isNotNull();
        }
    }

    @Test
    void anyTextIsReadBackAsItWasOrRefused() throws UnstorableValue {
        for (int i = 0; i < VALUES / 4; i++) {
            String text = text();
            byte[] bytes = new byte[3 * text.length() + 10];
            if (Characters.flaw(text).isEmpty()) {
                int end = CopyBinary.write(ColumnType.TEXT, Encoding.UTF8, text.toCharArray(), 0, text.length(), bytes,
                        5);
                assertThat(CopyBinary.read(ColumnType.TEXT, bytes, 5)).isEqualTo(text);
                assertThat(BigEndian.four(bytes, 5)).isEqualTo(end - 9);
            } else {
                assertThat(refuses(text, bytes)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenIsReadBackAsTheExactWayHasIt(ColumnType type) throws UnstorableValue {
        for (int i = 0; i < VALUES / 10; i++) {
            String json = type == ColumnType.TEXT ? text() : random.nextInt(3) > 0 ? usual(type) : spoilt(usual(type));
            var text = text(type, json);
            if (text.isPresent()) {
                byte[] bytes = new byte[json.length() * 3 + CopyBinary.LONGEST_ADDED];
                CopyBinary.write(type, Encoding.UTF8, json.toCharArray(), 0, json.length(), bytes, 0);
                assertThat(type.canonical(CopyBinary.read(type, bytes, 0))).isEqualTo(type.canonical(text.get()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void postgresqlReadsTheSameValueAsFromItsTextForm(ColumnType type) throws Exception {
        var fixture = new TargetFixture();
        var table = new TargetTable(
                "nxt", "both", "nxt_company", "both", List.of(new TargetColumn("id", ColumnType.INTEGER, ""),
                        new TargetColumn("value", type, ""), new TargetColumn("text", ColumnType.TEXT, "")),
                List.of("id"), Optional.empty(), false);
        fixture.migrator.make("both", table, List.of("id", "value", "text"));
        var page = new PageBuffer(table, 1 << 27, Set.of());
        var sources = new int[]{0, 1, 2};
        for (int i = 0; i < Size.of(5_000, 100_000); i++) {
            String json = type == ColumnType.TEXT ? text() : random.nextInt(3) > 0 ? usual(type) : spoilt(usual(type));
            page.add(TargetFixture.row(Integer.toString(i), json, text(type, json).orElse(null)), sources, () -> "{}");
        }
        int taken = page.size();
        assertThat(new PageWriter(fixture.store, new SimpleMeterRegistry())
                .write(fixture.claim, table, page, PageWriter.Way.DIRECT, new TargetFixture.At(Instant.EPOCH))
                .inserted()).isEqualTo(taken).isGreaterThan(1_000);
        assertThat(fixture.database.rows("select value, text from nxt.both where value::text is distinct from text::"
                + type.sql() + "::text limit 5")).isEmpty();
    }

    @Test
    void aNumberHasTheBytesThatPostgresqlSendsForTheSameText() throws Exception {
        var database = new TargetFixture().database;
        var texts = new ArrayList<>(List.of("0", "-0", "0.0", "0.0000", "-0.0000", "0e5", "0e-5",
                "0." + "0".repeat(16_383), "1", "-1", "1.0", "1.50", "100", "10000", "10000.0000", "99999999", "0.0001",
                "0.00010", "-0.00001", "1E-16383", "-1e-16383", "1e131071", "1.5e131071", "12e-16383", "1e3", "1.50e1",
                "1.50e-4", "1e-4", "9".repeat(131_072), "9".repeat(131_072) + "." + "9".repeat(16_383),
                "1" + "0".repeat(131_071), "1" + "0".repeat(131_071) + "." + "0".repeat(16_383),
                "0." + "0".repeat(16_382) + "1", "0." + "1".repeat(16_383), "1." + "0".repeat(200), "1".repeat(101)));
        for (int i = 0; i < 500; i++) {
            texts.add(usual(ColumnType.NUMERIC) + (random.nextBoolean() ? "" : "e" + (random.nextInt(60) - 30)));
        }
        for (String text : texts) {
            byte[] bytes = new byte[text.length() * CopyBinary.MOST_BYTES + CopyBinary.LONGEST_ADDED];
            int end = CopyBinary.write(ColumnType.NUMERIC, Encoding.UTF8, text.toCharArray(), 0, text.length(), bytes,
                    0);
            assertThat(HexFormat.of().formatHex(bytes, CopyBinary.LENGTH, end)).as("%.60s", text)
                    .isEqualTo(database.value("select encode(numeric_send('" + text + "'::numeric), 'hex')"));
        }
    }

    private static Optional<String> text(ColumnType type, String json) {
        try {
            return Characters.flaw(json).isPresent() ? Optional.empty() : Optional.ofNullable(type.text(json));
        } catch (UnstorableValue e) {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"20240229", "20230229", "19000229", "20000229", "20261231", "20260431", "00010101",
            "99991231"})
    void theDaysOfAMonthAreThoseOfTheExactWay(String value) {
        assertThat(usual(ColumnType.DATE, value)).isEqualTo(exact(ColumnType.DATE, value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2147483647", "-2147483647", "2147483648", "-2147483648", "9999999999", "-9999999999", "0",
            "-0", "00", "-", ""})
    void theEdgesOfAnIntegerAreThoseOfTheExactWay(String value) {
        var usual = usual(ColumnType.INTEGER, value);
        assertThat(usual == null ? exact(ColumnType.INTEGER, value) : usual)
                .isEqualTo(exact(ColumnType.INTEGER, value));
    }

    /** What the quick way writes; null where it leaves it to the exact one. */
    private static @Nullable String usual(ColumnType type, String value) {
        byte[] bytes = new byte[value.length() * 3 + CopyBinary.LONGEST_ADDED];
        char[] chars = ("x" + value + "9").toCharArray();
        int end = CopyBinary.usual(type, chars, 1, value.length(), bytes, 0);
        return end < 0 ? null : HexFormat.of().formatHex(bytes, 0, end);
    }

    private static String exact(ColumnType type, String value) {
        byte[] bytes = new byte[value.length() * 3 + CopyBinary.LONGEST_ADDED];
        try {
            return HexFormat.of().formatHex(bytes, 0, CopyBinary.exact(type, value, bytes, 0));
        } catch (UnstorableValue e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static boolean refuses(String text, byte[] bytes) {
        try {
            CopyBinary.write(ColumnType.TEXT, Encoding.UTF8, text.toCharArray(), 0, text.length(), bytes, 0);
            return false;
        } catch (UnstorableValue e) {
            return true;
        }
    }

    private String usual(ColumnType type) {
        return switch (type) {
            case INTEGER -> Integer.toString(random.nextInt() >> random.nextInt(31));
            case BIGINT -> Long.toString(random.nextLong() % 1_000_000_000_000_000_000L >> random.nextInt(60));
            case NUMERIC -> new BigDecimal(new BigInteger(1 + random.nextInt(80), random), random.nextInt(9))
                    .multiply(BigDecimal.valueOf(random.nextBoolean() ? 1 : -1)).toPlainString();
            case NAMES -> random.ints(random.nextInt(5), 0, NAMES.size()).mapToObj(NAMES::get)
                    .collect(Collectors.joining(",", "[", "]"));
            case BOOLEAN -> Boolean.toString(random.nextBoolean());
            case DATE -> random.nextInt(9) == 0 ? "0" : date(random.nextBoolean() ? "" : "-");
            case TIME -> time();
            case TIMESTAMP -> date("-") + (random.nextBoolean() ? " " : "T") + time() + zone();
            case TEXT -> throw new IllegalArgumentException();
        };
    }

    private String date(String between) {
        return String.format("%04d%s%02d%s%02d", 1 + random.nextInt(2999), between, 1 + random.nextInt(12), between,
                1 + random.nextInt(28));
    }

    private String time() {
        String minutes = String.format("%02d:%02d", random.nextInt(24), random.nextInt(60));
        String seconds = random.nextInt(8) == 0 ? "" : String.format(":%02d", random.nextInt(60));
        String fraction = "."
                + String.format("%09d", random.nextInt(1_000_000_000)).substring(0, 1 + random.nextInt(9));
        return minutes + seconds + (seconds.isEmpty() || random.nextBoolean() ? "" : fraction);
    }

    private String zone() {
        String[] zones = {"", "Z", "+02:00", "-0330"};
        return zones[random.nextInt(zones.length)];
    }

    private String spoilt(String value) {
        var spoilt = new StringBuilder(value);
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(spoilt.length() + 1);
            char c = ODD.charAt(random.nextInt(ODD.length()));
            switch (random.nextInt(3)) {
                case 0 -> spoilt.insert(at, c);
                case 1 -> spoilt.delete(at, Math.min(spoilt.length(), at + 1));
                default -> spoilt.replace(at, Math.min(spoilt.length(), at + 1), String.valueOf(c));
            }
        }
        return spoilt.toString();
    }

    private String text() {
        char[] chars = new char[random.nextInt(20)];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = switch (random.nextInt(8)) {
                case 0 -> "\\\t\n\r\bN.".charAt(random.nextInt(7));
                case 1 -> (char) random.nextInt(0x10000);
                case 2 -> (char) (0xD800 + random.nextInt(0x800));
                case 3 -> "æøåÆØÅé€".charAt(random.nextInt(8));
                default -> (char) (' ' + random.nextInt(95));
            };
        }
        return new String(chars);
    }
}
