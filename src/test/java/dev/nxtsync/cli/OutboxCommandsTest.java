package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.config.Pushes;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.push.PayloadMemoryFixture;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.PushStore;

/** What the commands answer with which people look at the outbox and decide. */
class OutboxCommandsTest {
    private static final PushStore STORE = PushStore.migrated();

    private final DeadLettersCommand deadLetters = new DeadLettersCommand(STORE.entries(),
            Pushes.of(SettingsFixture.of(Map.of("NXT_PUSHES_ORDERS_TABLE", "order"))), PayloadMemoryFixture.ofHeap());
    private String bad = "";
    private String worse = "";
    private String waiting = "";

    @BeforeEach
    void twoRowsAreDeadAndOneWaits() {
        STORE.database().execute("""
                delete from nxt_sync.outbox;
                select nxt_sync.push('orders', key, '{"customerNo": 99000}', 5280001)
                from unnest(array['bad', 'worse', 'good']) key;
                update nxt_sync.outbox set state = 'dead', error = 'Customer no. 99000 does not exist (record_refused)'
                where key <> 'good'""");
        bad = id("bad");
        worse = id("worse");
        waiting = id("good");
    }

    @Test
    void deadRowsAreListedWithTheirKeysAndReasons() throws Exception {
        assertThat(deadLetters("list")).matches(list -> list.code() == 0).extracting(Printed::text).asString()
                .contains(bad + "  orders  5280001  \"bad\"  dead  since ")
                .contains(worse + "  orders  5280001  \"worse\"").contains("\n    Customer no. 99000 does not exist")
                .endsWith("2 rows\n").doesNotContain("good");
        deadLetters("discard", worse);
        assertThat(deadLetters("list").text()).endsWith("1 row\n");
        deadLetters("discard", bad);
        assertThat(deadLetters("list").text()).isEqualTo("ok         there are no dead letters\n");
    }

    @Test
    void oneIsShownWithAllThatIsKnownOfIt() throws Exception {
        var shown = deadLetters("show", bad);
        assertThat(shown.code()).isZero();
        assertThat(shown.text()).contains("payload     {\"customerNo\": 99000}").contains("state       dead")
                .contains("error       Customer no. 99000 does not exist");
    }

    @Test
    void oneIsSentAgainAsItIsOrWithAnotherPayload(@TempDir Path directory) throws Exception {
        String file = Files.writeString(directory.resolve("payload.json"), "{\"customerNo\": 2}").toString();
        assertThat(deadLetters("retry", bad, "--payload", file)).isEqualTo(
                new Printed(0, "ok         row " + bad + " is looked for, and sent again if it is not there\n"));
        assertThat(deadLetters("retry", worse).code()).isZero();
        assertThat(
                STORE.database().rows("select key, state, payload::text as payload from nxt_sync.outbox order by id"))
                .containsExactly(Map.of("key", "bad", "state", "waiting", "payload", "{\"customerNo\": 2}"),
                        Map.of("key", "worse", "state", "waiting", "payload", "{\"customerNo\": 99000}"),
                        Map.of("key", "good", "state", "waiting", "payload", "{\"customerNo\": 99000}"));
        assertThatThrownBy(() -> deadLetters("retry", bad, "--payload", directory.resolve("none").toString()))
                .isInstanceOf(UnusableArgument.class).hasMessageContaining("is not there");
    }

    @Test
    void ofSeveralEachIsToldAboutAndOneThatNeedsNoDecisionChangesNothing() throws Exception {
        assertThat(deadLetters("discard", bad, waiting, worse, "999999"))
                .isEqualTo(new Printed(ExitCode.FOUND_PROBLEMS, """
                        ok         row %s is discarded
                        PROBLEM    row %s is waiting, and needs no decision
                        ok         row %s is discarded
                        PROBLEM    row 999999 is not in the outbox
                        """.formatted(bad, waiting, worse)));
        assertThat(deadLetters("discard", worse).text()).contains("is discarded, and needs no decision");
        assertThat(deadLetters("retry", waiting).text()).contains("is waiting, and needs no decision");
        assertThat(STORE.database().value("select string_agg(state, ' ' order by id) from nxt_sync.outbox"))
                .isEqualTo("discarded discarded waiting");
    }

    @Test
    void aRowThatWaitsForAPushThatIsNotConfiguredIsListedAndCanBeDiscarded() throws Exception {
        STORE.database().execute("update nxt_sync.outbox set push = 'old' where key = 'good'");
        assertThat(deadLetters("list").text()).contains(waiting + "  old  5280001  \"good\"  waiting  since 2")
                .contains("Its push is not configured here (push_missing)").endsWith("3 rows\n");
        assertThat(deadLetters("discard", waiting))
                .isEqualTo(new Printed(0, "ok         row " + waiting + " is discarded\n"));
        assertThat(STORE.database().value("select state from nxt_sync.outbox where key = 'good'"))
                .isEqualTo("discarded");
        assertThat(deadLetters("list").text()).doesNotContain("good");
    }

    @Test
    void anOutboxThatIsAtHomeNeedsNoAdoptionAndAnotherIsAdopted() throws Exception {
        var adopt = new AdoptCommand(new OutboxOrigin(STORE.store()));
        assertThat(Printed.by(adopt::run))
                .isEqualTo(new Printed(0, "ok         the outbox is not a copy; there is nothing to adopt\n"));
        STORE.database().execute("update nxt_sync.outbox_home set timeline = '00000009'");
        assertThat(Printed.by(adopt::run).text())
                .startsWith("ok         the outbox is adopted; 3 unfinished rows are looked for");
    }

    private Printed deadLetters(String verb, String... rest) throws Exception {
        var ids = Arrays.stream(rest).takeWhile(each -> !each.startsWith("--")).map(Long::valueOf).toList();
        var file = rest.length > ids.size() ? Optional.of(Path.of(rest[rest.length - 1])) : Optional.<Path>empty();
        return Printed.by(() -> switch (verb) {
            case "list" -> deadLetters.list();
            case "show" -> deadLetters.show(ids.get(0));
            case "retry" -> deadLetters.retry(ids, file);
            default -> deadLetters.discard(ids);
        });
    }

    private static String id(String key) {
        return STORE.database().value("select id from nxt_sync.outbox where key = '" + key + "'");
    }
}
