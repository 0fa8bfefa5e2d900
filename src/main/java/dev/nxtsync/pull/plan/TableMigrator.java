package dev.nxtsync.pull.plan;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.OwnPath;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.key.WrongKey;
import dev.nxtsync.pull.state.PullKey;
import dev.nxtsync.pull.state.PullRestart;
import dev.nxtsync.pull.state.ReadColumns;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.TableShape;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.schedule.Replica;

/** Makes target tables. What is there is never dropped: it gains columns, and types that hold more. */
@Singleton
public class TableMigrator {
    private final Database database;
    private final Replica replica;

    public TableMigrator(Database database, Replica replica) {
        this.database = database;
        this.replica = replica;
    }

    /** What has become of a table. */
    public sealed interface Made {
        /** What was changed of a table that was there. */
        default List<String> changes() {
            return List.of();
        }

        /** Why it cannot be used; then it was not changed. */
        default List<String> problems() {
            return List.of();
        }

        /** It can be used. */
        record Usable(List<String> changes) implements Made {}

        /** A user has made something else of it than it must be. */
        record TargetUnusable(List<String> problems) implements Made {}

        /** Its rows cannot be told apart by the key that the pull has in this process. */
        record TargetKeyWrong(Problem reason) implements Made {}

        /** A living process has another key: this one leaves the pull to that. */
        record Disputed(Problem reason) implements Made {}
    }

    /**
     * Makes the table, adds the columns that it lacks, widens those whose type has become too narrow, and exchanges the primary
     * key where the pull's {@code KEY} is another one. Where that leaves rows incomplete, or a column has had a type that cannot
     * hold them, every row is wanted again; into a table that had to be made, or with another key, the pull begins anew. A new
     * column that only says in words what another says fills as rows change.
     *
     * @param pull whose table it is
     * @param read the API's names of the columns that the pull reads from now on
     * @throws TargetFault if PostgreSQL refuses it
     */
    public Made make(String pull, TargetTable table, Collection<String> read) throws SQLException {
        try {
            return change(pull, table, read);
        } catch (TargetFault e) {
            if (!e.isOfUniqueness()) {
                throw e;
            }
            var key = new PullKey(pull, table.key());
            var other = database.inTransaction(transaction -> key.disputedBy(transaction, replica.id()));
            return other.isPresent()
                    ? new Made.Disputed(
                            disputed(pull, table, "which several rows of " + table + " share, ", other.get()))
                    : new Made.TargetKeyWrong(WrongKey.problem(pull, table.key(), "pull " + pull,
                            "not unique: several rows of " + table + " share it",
                            "If this is the whole key, and only old rows share it, set "
                                    + Settings.Pull.variable(pull, "TARGET") + " to another table."));
        }
    }

    private Made change(String pull, TargetTable table, Collection<String> read) throws SQLException {
        return database.patiently().inTransaction(transaction -> {
            // that another process is at it keeps no other pull from being planned
            TargetFault.guard(transaction, table, guarded -> Database.alone(guarded, "target " + table.quotedName()));
            var changes = new ArrayList<String>();
            var found = Optional.ofNullable(TableShape.read(transaction, List.of(table)).get(table));
            if (found.isPresent()) {
                var problems = found.get().problems(transaction, table, pull);
                if (!problems.isEmpty()) {
                    if (found.get().hasLostValues(table)) {
                        TableScans.wantAll(transaction, pull);
                    }
                    return new Made.TargetUnusable(problems);
                }
            }
            var decision = new PullKey(pull, table.key()).decide(transaction, replica.id());
            if (decision instanceof PullKey.KeyDecision.Overruled overruled) {
                return new Made.Disputed(disputed(pull, table, "", overruled.by()));
            }
            var before = decision instanceof PullKey.KeyDecision.Changed changed
                    ? changed.before()
                    : Optional.<List<String>>empty();
            if (found.isEmpty()) {
                TargetFault.guard(transaction, table, guarded -> create(guarded, table));
                if (PullRestart.beginEmpty(transaction, pull) > 0) {
                    changes.add("the table was missing; it was made anew, and every row is read again");
                }
            } else {
                boolean exchange = found.get().hasOtherKey(table)
                        || before.filter(key -> found.get().hasPrimaryKey(table, key)).isPresent();
                if (TargetFault.guard(transaction, table,
                        guarded -> change(guarded, table, found.get(), exchange, changes))) {
                    TableScans.wantAll(transaction, pull);
                }
                if (exchange || before.isPresent()) {
                    // how far anything has come is told by the key before
                    PullRestart.begin(transaction, pull);
                }
            }
            ReadColumns.keep(transaction, pull, read);
            return new Made.Usable(changes);
        });
    }

    /** Of which pulls, by name, the table is there and as it must be, with a process that stands for its key. */
    public Set<String> fitting(Map<String, TargetTable> tables) throws SQLException {
        return database.inTransaction(transaction -> {
            var shapes = TableShape.read(transaction, tables.values());
            var fitting = new HashSet<String>();
            for (var pull : tables.entrySet()) {
                var shape = shapes.get(pull.getValue());
                if (shape != null && shape.fits(pull.getValue())
                        && new PullKey(pull.getKey(), pull.getValue().key()).isAgreed(transaction, replica.id())) {
                    fitting.add(pull.getKey());
                }
            }
            return fitting;
        });
    }

    /** Whether a table is there and must be changed, which may take as long as to write all of it anew. */
    boolean isToChange(String pull, TargetTable table) throws SQLException {
        return database.inTransaction(transaction -> {
            var found = TableShape.read(transaction, List.of(table)).get(table);
            return found != null && !(found.fits(table) && new PullKey(pull, table.key()).isStored(transaction));
        });
    }

    private static Problem disputed(String pull, TargetTable table, String which, List<String> by) {
        return new Problem(ErrorCode.KEY_DIFFERS, "This process has the key " + names(table.key()) + " for pull " + pull
                + ", " + which + "and another process that is alive has " + names(by) + ". Set "
                + Settings.Pull.variable(pull, "KEY")
                + " to the same in both, and restart the one that was wrong. Until then this process leaves the pulls "
                + "of the same connection to the other.");
    }

    private static String names(List<String> key) {
        return String.join(",", key);
    }

    /** Of the database in which the targets are. */
    public Encoding encoding() throws SQLException {
        return database.inTransaction(Encoding::read);
    }

    private static boolean create(Handle transaction, TargetTable table) throws SQLException {
        String owner = SqlName.quoted(table.owner());
        String columns = table.columns().stream()
                .map(column -> SqlName.quoted(column.name()) + " " + column.type().sql() + ",\n").collect(joining());
        Database.makeSchema(transaction, table.schema());
        OwnPath.enter(transaction);
        transaction.execute("create table " + table.quotedName() + " (\n" + owner + " integer not null,\n" + columns
                + "nxt_read_at timestamptz not null,\nnxt_deleted_at timestamptz,\n" + TableShape.keyOf(table) + ")");
        comment(transaction, "table " + table.quotedName(), table.comment());
        comment(transaction, table, table.owner(),
                table.owner().equals("nxt_company")
                        ? "The Visma.net company id that the row belongs to"
                        : "The Visma.net customer id that the row belongs to");
        comment(transaction, table, "nxt_read_at", "When the row was asked for, in the state in which it is here");
        comment(transaction, table, "nxt_deleted_at",
                "When the row was found to be deleted in Business NXT; null while it is there");
        for (TargetColumn column : table.columns()) {
            comment(transaction, table, column.name(), column.comment());
        }
        OwnPath.leave(transaction);
        return true;
    }

    /** Widens columns, adds those that are missing, and exchanges the key. Says whether rows lack what they should have. */
    private static boolean change(Handle transaction, TargetTable table, TableShape found, boolean exchange,
            List<String> changes) throws SQLException {
        boolean added = false;
        // where event triggers of users find their tables
        OwnPath.enter(transaction);
        for (TargetColumn column : table.columns()) {
            String name = SqlName.quoted(column.name());
            var before = found.types().get(column.name());
            if (before == null) {
                transaction.execute("alter table " + table.quotedName() + " add column if not exists " + name + " "
                        + column.type().sql());
                changes.add("the column " + column.name() + " was added");
                added |= !column.isInWords();
            } else if (found.isTooNarrow(column)) {
                transaction.execute(
                        "alter table " + table.quotedName() + " alter column " + name + " type " + column.type().sql());
                changes.add(
                        "the column " + column.name() + " was widened from " + before + " to " + column.type().sql());
            } else {
                continue;
            }
            comment(transaction, table, column.name(), column.comment());
        }
        if (exchange) {
            // a column that is new is empty until the rows have been read again
            transaction.execute("delete from " + table.quotedName() + " where "
                    + table.key().stream().map(column -> SqlName.quoted(column) + " is null").collect(joining(" or ")));
            transaction.execute("alter table " + table.quotedName() + " drop constraint "
                    + SqlName.quoted(found.primaryKey()) + ", add " + TableShape.keyOf(table));
            changes.add(
                    "its " + TableShape.keyOf(table) + " is new, because KEY of the pull is; every row is read again");
        }
        OwnPath.leave(transaction);
        return added;
    }

    private static void comment(Handle transaction, TargetTable table, String column, String text) throws SQLException {
        comment(transaction, "column " + table.quotedName() + "." + SqlName.quoted(column), text);
    }

    /** Not by JDBI, which would look for parameters in words that are not ours. */
    private static void comment(Handle transaction, String what, String text) throws SQLException {
        try (Statement statement = transaction.getConnection().createStatement()) {
            statement.execute("comment on " + what + " is " + SqlName.literal(text));
        }
    }
}
