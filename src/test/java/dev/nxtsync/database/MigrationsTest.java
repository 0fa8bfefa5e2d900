package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

class MigrationsTest {
    /** Before this there was nothing that anybody had installed. */
    private static final int FIRST_TO_ADD = 3;
    /** Those before it cannot be changed, and name what they make with its schema. */
    private static final int FIRST_WITH_PATH = 7;

    @Test
    void eachMigrationOnlyAddsSoThatTheVersionBeforeCanRunBesideIt() {
        var database = TestDatabase.create();
        database.execute("create schema nxt_sync");
        List<Path> migrations = ScheduleFixture.migrations();
        for (int i = 0; i < migrations.size(); i++) {
            var before = new TreeSet<>(shape(database));
            database.execute(ScheduleFixture.text(migrations.get(i)));
            var after = shape(database);
            if (i + 1 >= FIRST_TO_ADD) {
                assertThat(after).as(migrations.get(i).toString()).containsAll(before);
            }
            var demanded = new TreeSet<>(demanded(database));
            demanded.removeIf(
                    each -> before.stream().noneMatch(known -> known.startsWith(each.split(" ", -1)[0] + " ")));
            if (i + 1 >= FIRST_TO_ADD) {
                assertThat(demanded.stream().filter(each -> before.stream().noneMatch(known -> known.startsWith(each))))
                        .as("new columns of tables that were there, which the version before would leave out")
                        .isEmpty();
            }
        }
    }

    @Test
    void noFunctionIsForEverybodyAndNoneLooksForNamesWhereOthersMayPutThem() {
        var database = TestDatabase.create();
        ScheduleFixture.migrated(database);
        String functions = "select oid::regprocedure::text as it from pg_proc where pronamespace = 'nxt_sync'::regnamespace";
        assertThat(database.rows(functions)).isNotEmpty();
        assertThat(database.rows(functions + " and has_function_privilege('public', oid, 'execute')"))
                .as("revoke execute on function … from public").isEmpty();
        assertThat(database
                .rows(functions + " and not coalesce(proconfig, '{}') @> '{\"search_path=pg_catalog, pg_temp\"}'"))
                .as("set search_path = pg_catalog, pg_temp").isEmpty();
        for (Path migration : ScheduleFixture.migrations()) {
            if (ScheduleFixture.version(migration) >= FIRST_WITH_PATH) {
                assertThat(ScheduleFixture.text(migration)).as(migration.toString())
                        .contains("\nset local search_path = pg_catalog, pg_temp;\n");
            }
        }
    }

    /** Every table's and view's columns with their types, and every function with its arguments. */
    private static List<String> shape(TestDatabase database) {
        var shape = new ArrayList<String>();
        database.rows(
                "select table_name || ' ' || column_name || ' ' || data_type as it from information_schema.columns "
                        + "where table_schema = 'nxt_sync'")
                .forEach(row -> shape.add(row.get("it")));
        database.rows(
                "select p.oid::regprocedure::text as it from pg_proc p where pronamespace = 'nxt_sync'::regnamespace")
                .forEach(row -> shape.add(row.get("it")));
        return shape;
    }

    /** Columns that an insert must name. */
    private static List<String> demanded(TestDatabase database) {
        return database.rows("select table_name || ' ' || column_name || ' ' as it from information_schema.columns "
                + "where table_schema = 'nxt_sync' and is_nullable = 'NO' and column_default is null and is_identity = 'NO'")
                .stream().map(row -> row.get("it")).toList();
    }
}
