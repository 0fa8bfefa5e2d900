package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.FirstColumns;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageTable;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.push.outbox.PushedCompany;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.status.OpenFindings;
import dev.nxtsync.support.TestDatabase;

class EncodingTest {
    private static final Problem REASON = new Problem(ErrorCode.REJECTED, "Łódź says: 5 € \u0000 🙂 \ud800");

    /** What is said of a text by each encoding: the first character that it lacks, or nothing. */
    @ParameterizedTest
    @CsvSource({"LATIN1, Ærø Øl å, ''", "LATIN1, 5 €, U+20AC", "LATIN1, Łódź, U+0141", "LATIN1, “quoted”, U+201C",
            "LATIN1, 🙂, U+1F642", "LATIN9, 5 €, ''", "LATIN9, ½, U+00BD", "LATIN9, Łódź, U+0141",
            "WIN1252, 5 € “x” – ž, ''", "WIN1252, Łódź, U+0141", "WIN1252, 漢字, U+6F22", "LATIN2, Łódź, ''",
            "LATIN2, Ærø, U+00C6", "KOI8R, Привет, ''", "KOI8R, Ærø, U+00C6", "SQL_ASCII, Ærø 5 € 🙂, ''",
            "UTF8, Ærø 5 € 🙂 漢字, ''", "UTF8, e\u0301\ufeff\u200b, ''", "NO_SUCH_ENCODING, plain, ''",
            "NO_SUCH_ENCODING, Ærø, U+00C6"})
    void itIsSaidWhichCharacterADatabaseCannotHold(String encoding, String text, String lacking) throws Exception {
        var of = Encoding.named(encoding);
        if (lacking.isEmpty()) {
            assertThat(of.flaw(text)).isEmpty();
            assertThat(of.shown(text)).isEqualTo(text);
            assertThat(of.json(text)).isEqualTo(text);
        } else {
            assertThat(of.flaw(text)).hasValue(
                    "the character " + lacking + ", which the encoding " + encoding + " of the database lacks");
            assertThat(of.flaw(of.shown(text))).isEmpty();
            assertThat(of.shown(text)).contains("?");
            String json = of.json("\"" + text + "\"");
            assertThat(of.flaw(json)).isEmpty();
            assertThat(new ObjectMapper().readTree(json).textValue()).as("no character is lost").isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LATIN1", "LATIN2", "LATIN5", "LATIN7", "LATIN9", "ISO_8859_5", "ISO_8859_7", "WIN866",
            "WIN1250", "WIN1251", "WIN1252", "WIN1257", "WIN874", "KOI8R", "KOI8U", "EUC_KR", "EUC_CN", "SQL_ASCII"})
    void postgresqlTakesEveryCharacterThatWeSayItHas(String name) throws Exception {
        var store = new Database(ScheduleFixture.source(TestDatabase.create(name)));
        var encoding = store.inTransaction(Encoding::read);
        assertThat(encoding).isSameAs(Encoding.named(name));
        var all = new StringBuilder();
        IntStream.rangeClosed(1, 0xFFFD).filter(c -> c < 0xD800 || c > 0xDFFF).filter(encoding::holds)
                .forEach(all::appendCodePoint);
        assertThat(all).hasSizeGreaterThan(200);
        assertThat(stored(store, all.toString())).isEqualTo(all.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"LATIN1", "LATIN9", "WIN1252", "SQL_ASCII", "UTF8"})
    void eachRowThatCannotBeHeldIsSetAsideAloneAndWhatIsToldOfAnythingIsKept(String name) throws Exception {
        var database = TestDatabase.create(name);
        var store = ScheduleFixture.migrated(database);
        var table = new TargetTable("nxt", "thing", "nxt_company", "things",
                List.of(new TargetColumn("code", ColumnType.TEXT, ""), new TargetColumn("text", ColumnType.TEXT, "")),
                List.of("code"), Optional.empty(), false).in(store.inTransaction(Encoding::read));
        var page = new PageBuffer(table, 1 << 20, Set.of());
        var texts = List.of("plain", "Ærø", "5 €", "½", "Łódź", "“quoted”", "漢字", "🙂", "ž", "\ud800",
                "x".repeat(70_000) + "€");
        for (int i = 0; i < texts.size(); i++) {
            String code = Integer.toString(i);
            page.add(TargetFixture.row(code, texts.get(i)), new int[]{0, 1}, () -> "{\"code\": \"" + code + "\"}");
        }
        page.add(TargetFixture.row("€", "a key"), new int[]{0, 1}, () -> "{\"code\": \"\\u20ac\"}");
        var encoding = table.encoding();
        long sound = texts.stream().filter(text -> encoding.flaw(text).isEmpty()).count()
                + (encoding.holds('€') ? 1 : 0);
        database.execute("create table public.copied (code text, text text)");
        store.inTransaction(
                transaction -> PageTable.copy(transaction, "public.copied", table, page, FirstColumns.NONE));
        assertThat(database.number("select count(*) from public.copied")).isEqualTo(sound);
        assertThat(page.faults()).hasSize(texts.size() + 1 - (int) sound);
        told(database, store);
        assertThat(table.keyOf(List.of("5 €")).isPresent()).isEqualTo(encoding.holds('€'));
    }

    /** What is said of anything, by anybody. */
    private static void told(TestDatabase database, Database store) throws SQLException {
        store.useTransaction(transaction -> OpenFindings.keep(transaction,
                List.of(new OpenFindings.OpenFinding("connection Łódź 🙂", REASON, java.time.Instant.EPOCH)),
                change -> Optional.of("{\"told\": \"5 €\"}")));
        new PullStates(store).stopped("things", REASON);
        new PushStates(store).failed(new PushedCompany("orders", 7), REASON, 1, java.time.Duration.ofSeconds(1));
        var entries = new OutboxApi(store);
        assertThat(entries.take("orders", "k", "{\"text\": \"5 € 🙂\"}", Optional.of(7), Optional.empty()))
                .isInstanceOf(OutboxApi.Queued.class);
        assertThat(entries.find("orders", "Łódź €", 100)).isEmpty();
        assertThat(database.rows("select code from nxt_sync.trouble")).isEqualTo(List.of(Map.of("code", "rejected")));
    }

    private static String stored(Database store, String text) throws SQLException {
        return store.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("select ?::text")) {
                select.setString(1, text);
                try (var row = select.executeQuery()) {
                    row.next();
                    return row.getString(1);
                }
            }
        });
    }
}
