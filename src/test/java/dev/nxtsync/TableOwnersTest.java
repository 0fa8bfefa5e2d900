package dev.nxtsync;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which package writes and reads which table: ArchUnit cannot see SQL. A table has one writer, which offers others what they need. */
class TableOwnersTest {
    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
    private static final Pattern MADE = Pattern
            .compile("(?i)\\bcreate (?:or replace )?(?:table|view) nxt_sync\\.(\\w+)");
    /** In SQL a table stands behind one of these words, or behind a comma between two. */
    private static final Pattern NAMED = Pattern.compile("(?i)(?:"
            + "(?:(\\b(?:insert\\s+into|merge\\s+into|update|delete\\s+from|truncate|copy|(?:create|alter|drop)"
            + "\\s+(?:unlogged\\s+)?table))|(\\b(?:from|join|using)\\b|,))"
            + "\\s+(?:(?:only|table|if\\s+exists|if\\s+not\\s+exists)\\s+)*)?\\bnxt_sync\\.(\\w+)");

    /** Who writes each table. */
    private static final Map<String, String> WRITER = Map.ofEntries(entry("clock", "database"),
            entry("job", "schedule"), entry("replica", "schedule"), entry("run", "schedule"),
            entry("lost_call", "schedule"), entry("inbox", "inbox"), entry("inbox_seen", "inbox"),
            entry("webhook_event", "inbox"), entry("row_fault", "pull.target"), entry("removed", "pull.target"),
            entry("pass", "pull.state"), entry("pass_range", "pull.state"), entry("pull_column", "pull.state"),
            entry("key_proof", "pull.key"), entry("pull_key", "pull.state"), entry("pull_pause", "pull.state"),
            entry("pull_settings", "pull.state"), entry("pull_state", "pull.state"), entry("proof", "pull.state"),
            entry("enumeration", "pull.words"), entry("enumeration_column", "pull.words"),
            entry("reference", "pull.words"), entry("control_total", "pull.state"),
            entry("pattern_table", "pull.state"), entry("pull_table", "pull.state"),
            // of one unit or verification each, made and dropped with it
            entry("listing_", "pull.state"), entry("difference_", "pull.state"), entry("verify_", "pull.state"),
            entry("outbox", "push.outbox"), entry("outbox_home", "push.outbox"), entry("push_setting", "push.outbox"),
            entry("push_state", "push.outbox"), entry("user_grant", "signin"), entry("sign_in", "signin"),
            entry("trouble", "status"), entry("notice", "status"));

    /** Who else reads it, and tables that nothing but a migration or a user writes. */
    private static final Map<String, Set<String>> READERS = Map.ofEntries(
            // the highest number in use, of every table that is numbered; a unit of an event or a pull, in the same statement
            entry("job", Set.of("database", "inbox", "pull.state", "push.outbox", "status")),
            entry("run", Set.of("database", "status")),
            // whether nothing is left to look at of a pull, in the statement that says that it is well
            entry("inbox", Set.of("database", "pull.state", "status")), entry("outbox", Set.of("database", "status")),
            entry("user_grant", Set.of("database", "status")),
            // whether who has decided, or sent, is alive, and which of two was started later, in the statement that asks
            entry("replica", Set.of("pull.state", "signin", "status")),
            // how many rows there are beside how many were counted, in one snapshot; whether a company is away, for each event
            entry("pull_state", Set.of("inbox", "pull.target", "status")), entry("pull_pause", Set.of("inbox")),
            entry("freshness", Set.of("status")), entry("outbox_here", Set.of("push.outbox")),
            // in views that are printed, for people to make
            entry("enumeration", Set.of("pull.preview")), entry("lost_call", Set.of("status")),
            entry("pass", Set.of("status")), entry("pass_range", Set.of("status")),
            entry("pattern_table", Set.of("status")), entry("row_fault", Set.of("status")),
            entry("webhook_event", Set.of("status")));

    /** What users write, or read, and nothing of ours but functions. */
    private static final Set<String> OF_USERS = Set.of("push_grant", "relation");

    /** Whose messages for people name a table. */
    private static final Set<String> IN_MESSAGES = Set.of("cli", "error", "pull");

    /** What a text does to a table. */
    private enum Use {
        WRITES, READS, MENTIONS;

        /** A name alone is handed on to a statement that is put together elsewhere. */
        static Use of(String text, MatchResult named) {
            return named.group(1) != null || named.group().equals(text)
                    ? WRITES
                    : named.group(2) != null ? READS : MENTIONS;
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"insert into nxt_sync.job (id) | WRITES", "update nxt_sync.job set | WRITES",
            "update only nxt_sync.job set | WRITES", "delete from nxt_sync.job where | WRITES",
            "truncate table nxt_sync.job | WRITES", "merge into nxt_sync.job | WRITES",
            "copy nxt_sync.job from stdin | WRITES", "drop table if exists nxt_sync.job | WRITES",
            "create unlogged table nxt_sync.job () | WRITES", "alter table nxt_sync.job | WRITES",
            "nxt_sync.job | WRITES", "select from nxt_sync.job | READS", "a join nxt_sync.job on | READS",
            "delete from a using nxt_sync.job | READS", "select from a, nxt_sync.job | READS",
            "select from only nxt_sync.job | READS", "see it in nxt_sync.job | MENTIONS"})
    void howATableIsNamedTellsWhatIsDoneToIt(String text, Use use) {
        assertThat(NAMED.matcher(text).results().map(each -> Use.of(text, each))).containsExactly(use);
        String upper = text.replace("nxt_sync.job", "\n").toUpperCase(Locale.ROOT).replace("\n", "nxt_sync.job");
        assertThat(NAMED.matcher(upper).results().map(each -> Use.of(upper, each))).containsExactly(use);
    }

    @Test
    void aTableIsWrittenByItsOwnerAloneAndReadByWhomIsNamed() throws IOException {
        var uses = uses();
        var known = new TreeSet<String>(READERS.keySet());
        known.addAll(WRITER.keySet());
        known.removeIf(table -> table.endsWith("_"));
        known.addAll(OF_USERS);
        assertThat(known).isEqualTo(made());
        var writers = new TreeMap<String, Set<String>>();
        WRITER.forEach((table, owner) -> writers.put(table, Set.of(owner)));
        assertThat(uses.get(Use.WRITES)).isEqualTo(writers);
        var others = uses.get(Use.READS);
        others.forEach((table, packages) -> packages.remove(WRITER.getOrDefault(table, "")));
        others.values().removeIf(Set::isEmpty);
        assertThat(others).isEqualTo(READERS);
        uses.get(Use.MENTIONS)
                .forEach((table, packages) -> assertThat(IN_MESSAGES)
                        .as("what is said of " + table + ": is this SQL that this test does not understand?")
                        .containsAll(packages));
    }

    /** The packages by table, by what they do to it. */
    private static Map<Use, Map<String, Set<String>>> uses() throws IOException {
        var known = made();
        known.addAll(WRITER.keySet());
        Map<Use, Map<String, Set<String>>> uses = Map.of(Use.WRITES, new TreeMap<>(), Use.READS, new TreeMap<>(),
                Use.MENTIONS, new TreeMap<>());
        Literals.ofMain().forEach((file, literals) -> literals.forEach(text -> NAMED.matcher(text).results()
                // sequences, functions and settings are no tables
                .filter(each -> known.contains(each.group(3)) || each.group(1) != null || each.group(2) != null)
                .forEach(each -> uses.get(Use.of(text, each)).computeIfAbsent(each.group(3), table -> new TreeSet<>())
                        .add(Literals.packageOf(file)))));
        return uses;
    }

    /** Tables and views. */
    private static Set<String> made() throws IOException {
        var made = new TreeSet<String>();
        try (var files = Files.list(MIGRATIONS)) {
            for (Path file : files.toList()) {
                MADE.matcher(Files.readString(file)).results().forEach(each -> made.add(each.group(1)));
            }
        }
        return made;
    }

    @Test
    void aNameOfATableIsNotPutTogether() throws IOException {
        assertThat(Literals.ofMain().entrySet().stream()
                .filter(each -> each.getValue().stream().anyMatch(text -> text.endsWith("nxt_sync.")))
                .map(Map.Entry::getKey)).isEqualTo(List.of());
    }
}
