package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.JdbiStatementEvent;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

class StatementsTest {
    private static TestDatabase database;
    private static Database store;

    @BeforeAll
    static void start() throws Exception {
        database = TestDatabase.create();
        store = ScheduleFixture.migrated(database);
    }

    @ParameterizedTest
    @CsvSource({"select 1 / :secret::int where :secret::int = 0, 22012", "select ('x' || :secret)::date, 22007",
            "select * from nowhere where :secret::int = 0, 42P01", "select :secret::int from, 42601"})
    void whatPostgresqlRefusesComesOutAsItWas(String sql, String state) {
        var fault = catchThrowableOfType(SQLException.class, () -> store.inTransaction(
                transaction -> transaction.createQuery(sql).bind("secret", "0").mapTo(String.class).list()));
        assertThat(fault.getSQLState()).isEqualTo(state);
    }

    @Test
    void noMessageHasWhatWasBound() throws SQLException {
        try (var handle = Handles.on(database.connect())) {
            var fault = catchThrowableOfType(JdbiException.class, () -> handle
                    .createQuery("select 1 / 0 where :key = 's3cr3t'").bind("key", "s3cr3t").mapToMap().list());
            assertThat(fault).hasMessageContaining("division by zero");
            assertThat(fault.getMessage()).doesNotContain("s3cr3t");
        }
    }

    @Test
    void whatPostgresqlRefusesOfABatchComesOutAsItWasWithoutWhatWasBound() {
        var fault = catchThrowableOfType(SQLException.class, () -> store.useTransaction(transaction -> {
            var batch = transaction.prepareBatch("insert into nxt_sync.notice (id, body) values ('one', :body)");
            batch.bind("body", "s3cr3t").add().bind("body", "s3cr3t").add().execute();
        }));
        assertThat(fault.getSQLState()).isEqualTo("23505");
        assertThat(DatabaseFault.constraint(fault)).contains("notice_pkey");
        assertThat(fault.getMessage()).doesNotContain("s3cr3t");
    }

    @Test
    void noRecordingOfTheJvmHasWhatWasBound(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("recording.jfr");
        try (var recording = new Recording()) {
            recording.start();
            store.useTransaction(
                    transaction -> transaction.createQuery("select :key").bind("key", "s3cr3t").mapToMap().one());
            recording.stop();
            recording.dump(file);
        }
        assertThat(RecordingFile.readAllEvents(file))
                .filteredOn(each -> each.getEventType().getName().equals(JdbiStatementEvent.NAME)).isNotEmpty()
                .noneMatch(each -> each.toString().contains("s3cr3t"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00Z", "2026-03-29T01:00:00.123456Z", "0001-01-01T00:00:00Z",
            "9998-12-31T23:59:59.999999Z"})
    void aTimeComesBackAsItWasBound(String text) throws SQLException {
        Instant time = Instant.parse(text);
        assertThat(store.<Instant>inTransaction(
                transaction -> transaction.createQuery("select :time").bind("time", time).mapTo(Instant.class).one()))
                .isEqualTo(time);
    }

    @Test
    void aTimeLaterThanAllOthersIsTheYear9999() throws SQLException {
        assertThat(store.<Instant>inTransaction(transaction -> transaction.createQuery("select :time")
                .bind("time", Instant.MAX).mapTo(Instant.class).one())).isEqualTo(Timestamps.NEVER);
    }

    /** What a row may lack, or have many of. */
    public record Sparse(long id, Optional<Instant> dueAt, Optional<String> heldBy, List<String> names,
            Optional<Integer> number) {}

    @Test
    void aRowIsMadeByTheNamesOfItsColumnsWhateverTheirOrderAndWhatIsNullIsEmpty() throws SQLException {
        List<Sparse> rows = store.inTransaction(transaction -> transaction
                .createQuery(
                        """
                                select 'me' as held_by, null::timestamptz as due_at, 7 as id, array['a', 'ö'] as names, null::int as number
                                union all select null, :time, 8, '{}', 3 order by id""")
                .bind("time", Instant.EPOCH).map(ConstructorMapper.of(Sparse.class)).list());
        assertThat(rows).containsExactly(
                new Sparse(7, Optional.empty(), Optional.of("me"), List.of("a", "ö"), Optional.empty()),
                new Sparse(8, Optional.of(Instant.EPOCH), Optional.empty(), List.of(), Optional.of(3)));
    }

    @Test
    void aStatementIsTakenAsItIsWritten() throws SQLException {
        List<Boolean> all = store.inTransaction(transaction -> transaction.createQuery("""
                select unnest(array[1 < :two and :two > 1, ':no' = ':' || 'no', 1::bigint = 1, '<id>' <> '<ID>',
                    (array[1, 2, 3])[1:2] = array[1, 2], '{"a": 1}'::jsonb ?? 'a', :two = any (:all)]) -- :none
                """).bind("two", 2).bindArray("all", Integer.class, List.of(2)).mapTo(boolean.class).list());
        assertThat(all).hasSize(7).containsOnly(true);
    }

    @Test
    void arraysOfEachKindAreBoundAlsoEmptyOnes() throws SQLException {
        assertThat(store.<String>inTransaction(transaction -> transaction
                .createQuery("select concat(:texts::text[], :numbers::integer[], :longs::bigint[], :flags::boolean[])")
                .bindArray("texts", String.class, List.of("a")).bindArray("numbers", Integer.class, List.of(1))
                .bindArray("longs", Long.class, List.of(2L)).bindArray("flags", Boolean.class, List.of(true))
                .mapTo(String.class).one())).isEqualTo("{a}{1}{2}{t}");
        assertThat(store.<List<String>>inTransaction(transaction -> transaction.createQuery("select :none")
                .bindArray("none", String.class, List.of()).mapTo(new GenericType<List<String>>() {
                }).one())).isEmpty();
    }
}
