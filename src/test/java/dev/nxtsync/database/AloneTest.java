package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.push.outbox.PushSettingsTable;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

/** Several processes on one database, each of which may find something to be made or changed. */
class AloneTest {
    private static final int PROCESSES = 6;

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);

    @Test
    void processesThatStartTogetherMakeASchemaAndTheTargetsInItOnce() throws Exception {
        var together = new CyclicBarrier(PROCESSES);
        var threads = Executors.newFixedThreadPool(PROCESSES);
        try {
            var made = new ArrayList<Future<List<String>>>();
            for (int i = 0; i < PROCESSES; i++) {
                var target = target("thing" + i % 2);
                Callable<List<String>> process = () -> {
                    together.await();
                    return new TableMigrator(store, new Replica(store)).make("things", target, List.of("id"))
                            .problems();
                };
                made.add(threads.submit(process));
            }
            for (var each : made) {
                assertThat(each.get()).isEmpty();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(database.count("nxt.thing0") + database.count("nxt.thing1")).isZero();
    }

    /** Whatever lock another process has while it is at it for long. */
    @ParameterizedTest
    @CsvSource({"ddl", "schema nxt_sync", "push settings", "target \"nxt\".\"other\""})
    void nothingWaitsForWhatAnotherProcessDoesElsewhere(String what) throws Exception {
        database.execute("create schema nxt");
        try (var process = Handles.on(database.connect())) {
            process.begin();
            Database.alone(process, what);
            store.inTransaction(transaction -> {
                Database.makeSchema(transaction, "nxt_sync");
                return true;
            });
            assertThat(new TableMigrator(store, new Replica(store)).make("things", target("thing"), List.of("id"))
                    .problems()).isEmpty();
            if (!what.equals("push settings")) {
                new PushSettingsTable(store).configure(Map.of("orders", Optional.of(1)));
            }
        }
    }

    @Test
    void aLockAsksTheServerForNothingElse() throws Exception {
        try (var process = Handles.on(database.connect())) {
            process.begin();
            int session = process.createQuery("select pg_backend_pid()").mapTo(int.class).one();
            Database.alone(process, "ddl");
            assertThat(database.value("select query from pg_stat_activity where pid = " + session))
                    .startsWith("select pg_advisory_xact_lock(");
        }
    }

    private static TargetTable target(String name) {
        return new TargetTable("nxt", name, "nxt_company", "", List.of(new TargetColumn("id", ColumnType.INTEGER, "")),
                List.of("id"), Optional.empty(), false);
    }
}
