package dev.nxtsync.pull.state;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.error.Problem;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/** The tables that patterns fit to, as the database has them. Safe for any number of threads. */
@Singleton
public class PatternTables {
    private static final RowMapper<PatternTable> ROW = ConstructorMapper.of(PatternTable.class);

    private final Database database;

    public PatternTables(Database database) {
        this.database = database.promptly();
    }

    /**
     * One that was seen.
     *
     * @param tellsChanges whether it has a change stamp
     * @param taken whether there is a pull of it
     * @param lost whether it is taken, and can no longer be seen
     * @param code why it is left out; empty if it is not
     */
    public record PatternTable(String connection, String tableName, String pattern, String pull, boolean tellsChanges,
            boolean taken, boolean lost, String code, String reason) {

        /** Why it is left out; empty if it is not. */
        public Optional<Problem> obstacle() {
            return code.isEmpty() ? Optional.empty() : Optional.of(Problem.kept(code, reason));
        }
    }

    /** All, in the order of their names. */
    public List<PatternTable> read() throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select connection, table_name, pattern, pull, tells_changes, taken_at is not null as taken,
                    lost_at is not null as lost, code, reason
                from nxt_sync.pattern_table order by connection, table_name""").map(ROW).list());
    }

    /**
     * Has the pulls be known that patterns had when they were last planned: before the schema is read, and to commands.
     *
     * @return what is stored; nothing is read where there is no pattern
     */
    public List<PatternTable> recall(Pulls pulls) throws SQLException {
        if (!pulls.hasPatterns()) {
            return List.of();
        }
        var stored = read();
        stored.stream().filter(PatternTable::taken).collect(groupingBy(PatternTable::connection))
                .forEach((connection, tables) -> pulls.take(connection, taken(pulls, connection, tables)));
        return stored;
    }

    /** The pulls of tables that are stored, as the settings are now. One of another name is another pull, not taken yet. */
    private static List<Settings.Pull> taken(Pulls pulls, String connection, List<PatternTable> tables) {
        var byTable = tables.stream().collect(toMap(PatternTable::tableName, each -> each));
        return pulls
                .matched(connection, byTable.keySet(),
                        table -> Optional.ofNullable(byTable.get(table)).map(PatternTable::tellsChanges).orElse(true))
                .stream().filter(each -> each.obstacle().isEmpty()).map(Pulls.MatchedTable::pull)
                .filter(pull -> tables.stream()
                        .anyMatch(each -> each.tableName().equals(pull.table()) && each.pull().equals(pull.name())))
                .toList();
    }

    /**
     * Keeps what was seen of a connection, and forgets what is not among it. The pull of a table that is lost is paused, and
     * goes on if the table is there again.
     */
    public void keep(String connection, Collection<PatternTable> tables) throws SQLException {
        database.useTransaction(transaction -> {
            var gone = transaction.createQuery("""
                    delete from nxt_sync.pattern_table where connection = :connection and table_name <> all (:tables)
                    returning pull""").bind("connection", connection)
                    .bindArray("tables", String.class, tables.stream().map(PatternTable::tableName).toList())
                    .mapTo(String.class).list();
            endPauses(transaction, gone);
            write(transaction, tables);
            Set<String> there = new HashSet<>();
            for (PatternTable each : tables) {
                if (each.lost()) {
                    pause(transaction, each);
                } else if (each.taken()) {
                    there.add(each.pull());
                }
            }
            resume(transaction, connection, there);
        });
    }

    /**
     * Forgets what was left out of other connections than these, and that pulls of these names were made by a pattern.
     *
     * @param written the pulls that are configured for one table; a pause of the daemon's ends with the pattern
     */
    public void forget(Set<String> connections, Set<String> written) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("""
                    delete from nxt_sync.pattern_table
                    where connection <> all (:connections) and taken_at is null or pull = any (:written)""")
                    .bindArray("connections", String.class, connections).bindArray("written", String.class, written)
                    .execute();
            endPauses(transaction, written);
        });
    }

    /** Not those of a person. */
    private static void endPauses(Handle transaction, Collection<String> pulls) {
        transaction.createUpdate("delete from nxt_sync.pull_pause where reason is not null and pull = any (:pulls)")
                .bindArray("pulls", String.class, pulls).execute();
    }

    /** How many are left out, by connection; those that leave out none are missing. */
    public static Map<String, Long> countLeftOut(Handle transaction) {
        return transaction.createQuery("""
                select connection, count(*) as tables from nxt_sync.pattern_table where taken_at is null
                group by connection""")
                .map((row, context) -> Map.entry(row.getString("connection"), row.getLong("tables")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** The pulls that have rows. */
    public Set<String> loaded() throws SQLException {
        return database.inTransaction(transaction -> transaction
                .createQuery("select distinct pull from nxt_sync.pull_state where loaded_at is not null")
                .mapTo(String.class).set());
    }

    private static void write(Handle transaction, Collection<PatternTable> tables) {
        var batch = transaction.prepareBatch(
                """
                        insert into nxt_sync.pattern_table as known
                            (connection, table_name, pattern, pull, tells_changes, taken_at, lost_at, code, reason)
                        values (:connection, :tableName, :pattern, :pull, :tellsChanges,
                            case when :taken then clock_timestamp() end, case when :lost then clock_timestamp() end, :code, :reason)
                        on conflict (connection, table_name) do update
                        set pattern = excluded.pattern, pull = excluded.pull, tells_changes = excluded.tells_changes,
                            taken_at = case when known.pull = excluded.pull and excluded.taken_at is not null
                                then coalesce(known.taken_at, excluded.taken_at) else excluded.taken_at end,
                            lost_at = case when excluded.lost_at is not null
                                then coalesce(known.lost_at, excluded.lost_at) end,
                            code = excluded.code, reason = excluded.reason
                        where (known.pattern, known.pull, known.tells_changes, known.taken_at is null, known.lost_at is null,
                                known.code, known.reason)
                            is distinct from (excluded.pattern, excluded.pull, excluded.tells_changes, excluded.taken_at is null,
                                excluded.lost_at is null, excluded.code, excluded.reason)""");
        tables.forEach(each -> batch.bindMethods(each).add());
        if (!tables.isEmpty()) {
            batch.execute();
        }
    }

    private static void pause(Handle transaction, PatternTable lost) {
        int paused = transaction.createUpdate("""
                insert into nxt_sync.pull_pause (pull, reason) values (:pull, :reason) on conflict do nothing""")
                .bind("pull", lost.pull()).bind("reason", lost.reason()).execute();
        if (paused == 1) {
            UnitSelection.of(lost.pull(), UnitKind.LOAD, UnitKind.RECONCILIATION).revoke(transaction);
        }
    }

    /** Not what a person has paused. */
    private static void resume(Handle transaction, String connection, Set<String> pulls) {
        transaction.createQuery("""
                delete from nxt_sync.pull_pause where pull = any (:pulls) and reason is not null returning pull""")
                .bindArray("pulls", String.class, pulls).mapTo(String.class).list().forEach(pull -> {
                    PullControl.makeDue(transaction, pull, connection);
                    // totals were refused for a day while there was no table
                    transaction.createUpdate("update nxt_sync.proof set due_at = clock_timestamp() where pull = :pull")
                            .bind("pull", pull).execute();
                    UnitSelection.of(pull, UnitKind.PROOF).on(connection).wakeAtOnce(transaction);
                });
    }
}
