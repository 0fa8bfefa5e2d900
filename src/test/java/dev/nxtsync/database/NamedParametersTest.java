package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.StatementContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.support.TestDatabase;

class NamedParametersTest {
    /** A text block or a string of a source. */
    private static final Pattern TEXT = Pattern
            .compile("(?s)\"\"\"\\h*\\n(?<block>.*?)\"\"\"|\"(?<text>(?:[^\"\\\\\\n]|\\\\.)*)\"");
    /** But for what is no SQL, or has no name: {@code //}, {@code :1}, {@code :ö}, a backslash without quotes. */
    private static final List<String> PIECES = List.of(":a", ":b_2", ":c.d", ":", "::int", "'", "''", "'it''s :a'",
            "\"", "\":a\"", "--", "-- :a\n", "-", "/*", "/* :a */", " / ", "*", "[:a : :b]", "x", " ", "\n", "\r", "(",
            " 1", " ö", ",", "<a>", " \uD83D\uDE00");
    private static final NamedParameters OURS = new NamedParameters();
    private static final ColonPrefixSqlParser OF_JDBI = new ColonPrefixSqlParser();

    private static Handle handle;
    private static StatementContext any;

    @BeforeAll
    static void open() throws Exception {
        handle = Handles.on(TestDatabase.create().connect());
        any = handle.createQuery("select 1").getContext();
    }

    @AfterAll
    static void close() {
        handle.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"select :a, :b_2|select ?, ?|a b_2",
            "select :a::int|select ?::int|a", "(:b.c_1)|(?)|b.c_1", "(:a,:a)|(?,?)|a a",
            "a<:a and :b>a|a<? and ?>a|a b", "select 'x:a', :b|select 'x:a', ?|b",
            "select 'it''s :a'|select 'it''s :a'|", "select \":a\" = :b|select \":a\" = ?|b", "1 -- :a|1 -- :a|",
            "/* :a */ :b / 2|/* :a */ ? / 2|b", "x[1:2]|x[1:2]|", "x[:a : :b]|x[? : ?]|a b",
            "a ?? 'b' and :c|a ?? 'b' and ?|c", "E'\\\\' < :a|E'\\\\' < ?|a", "'open :a|'open ?|a"})
    void aParameterIsANameBehindAColonButInQuotesAndComments(String sql, String sent, String names) {
        var parsed = OURS.parse(sql, any);
        assertThat(parsed.getSql()).isEqualTo(sent);
        assertThat(parsed.getParameters().getParameterNames())
                .isEqualTo(names == null ? List.of() : List.of(names.split(" ")));
    }

    @Test
    void everyStatementHasTheParametersThatJdbiFinds() throws IOException {
        List<String> statements = new ArrayList<>();
        try (var sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source : sources.filter(path -> path.toString().endsWith(".java")).toList()) {
                TEXT.matcher(Files.readString(source)).results()
                        .map(text -> text.group(1) == null ? text.group(2) : text.group(1).stripIndent())
                        .filter(text -> text.matches("(?s)[^?]*:[a-z][^?]*") && !text.contains("://"))
                        .map(text -> text.replaceAll("\\\\u\\w{4}", "u").translateEscapes()).forEach(statements::add);
            }
        }
        assertThat(statements).hasSizeGreaterThan(100);
        statements.forEach(NamedParametersTest::sameAsJdbi);
    }

    @Test
    void whateverStandsBesideEachOtherIsTakenAsJdbiTakesIt() {
        var random = new Random(24);
        for (int i = 0; i < 20_000; i++) {
            var sql = new StringBuilder();
            random.ints(1 + random.nextInt(9), 0, PIECES.size()).mapToObj(PIECES::get).forEach(sql::append);
            sameAsJdbi(sql.toString());
        }
    }

    private static void sameAsJdbi(String sql) {
        assertThat(OURS.parse(sql, any)).as(sql).isEqualTo(OF_JDBI.parse(sql, any));
    }
}
