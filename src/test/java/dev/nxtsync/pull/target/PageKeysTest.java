package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which rows of a page have the same key, beside a map of texts. */
class PageKeysTest {
    private static final int ROWS = 4_000;

    private final Random random = new Random(26);

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NAMES")
    void aKeyOfAnyTypesComesOnceToAPageHoweverItIsWritten(ColumnType type) throws UnstorableValue {
        var table = new TargetTable("nxt", "thing", "nxt_company", "thing",
                List.of(new TargetColumn("text", ColumnType.TEXT, ""), new TargetColumn("second", type, ""),
                        new TargetColumn("note", ColumnType.INTEGER, ""),
                        new TargetColumn("first", ColumnType.TEXT, "")),
                List.of("first", "second"), Optional.empty(), false);
        var page = new PageBuffer(table, 1 << 20, Set.of());
        Map<List<String>, String> stored = new HashMap<>();
        Set<List<String>> faulty = new HashSet<>();
        Set<String> contradicted = new HashSet<>();
        int keyless = 0;
        for (int i = 0; i < ROWS; i++) {
            String text = random.nextInt(3) == 0 ? "other\t" : "text\\";
            String note = random.nextInt(50) == 0 ? "none" : "1";
            String first = random.nextInt(2) == 0 ? "a\tb" : "é\\";
            String second = value(type);
            page.add(TargetFixture.row(text, second, note, first), new int[]{0, 1, 2, 3}, () -> first + second);
            var exact = exact(type, second);
            if (exact.isEmpty()) {
                keyless++;
                continue;
            }
            var key = List.of(first, type.canonical(exact.get()));
            String row = text + exact.get() + note + first;
            if (stored.containsKey(key) || faulty.contains(key)) {
                if (!row.equals(stored.get(key)) || !note.equals("1")) {
                    contradicted.add(first + second);
                }
            } else if (note.equals("1")) {
                stored.put(key, row);
            } else {
                faulty.add(key);
            }
        }
        assertThat(page.keys()).containsExactlyInAnyOrderElementsOf(stored.keySet());
        assertThat(page.size()).isEqualTo(stored.size());
        assertThat(page.faults()).hasSize(faulty.size() + keyless);
        assertThat(page.rows()).isEqualTo(stored.size() + faulty.size() + keyless);
        assertThat(contradicted).containsAll(page.contradicted());
        assertThat(page.contradicted().isEmpty()).isEqualTo(contradicted.isEmpty());
        stored.keySet().forEach(key -> assertThat(page.has(key)).isTrue());
        faulty.forEach(key -> assertThat(page.has(key)).isTrue());
        assertThat(page.has(List.of("none", value(ColumnType.INTEGER)))).isFalse();
    }

    private static Optional<String> exact(ColumnType type, String json) throws UnstorableValue {
        return Optional.ofNullable(type.text(json));
    }

    private String value(ColumnType type) {
        int number = random.nextInt(700);
        var forms = new ArrayList<String>();
        switch (type) {
            case INTEGER, BIGINT ->
                forms.addAll(List.of("" + number, "-" + (number + 1), number + ".0", number + "e0"));
            case NUMERIC -> forms.addAll(List.of("" + number, number + ".50", number + ".5", number + "0e-1"));
            case NAMES -> throw new IllegalArgumentException();
            case TEXT -> forms.addAll(List.of("" + number, number + "\n", "\\" + number, number + "ø"));
            case BOOLEAN -> forms.addAll(List.of("true", "false"));
            case DATE -> forms.addAll(List.of("20260" + (101 + number % 28), "0", "2026-01-0" + (1 + number % 9)));
            case TIME -> forms.addAll(List.of("10:0" + number % 10, "10:00:00." + number, "10:00:00." + number + "0"));
            case TIMESTAMP ->
                forms.addAll(List.of("2026-01-01 10:00:00." + number, "2026-01-01T10:00:00." + number + "0Z"));
        }
        return forms.get(random.nextInt(forms.size()));
    }
}
