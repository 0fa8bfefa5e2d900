package dev.nxtsync.store;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.postgresql.PGConnection;

/** Writes a page and its checkpoint in one transaction, or nothing. */
@Singleton
public class PageWriter {
    private final Database database;

    PageWriter(Database database) {
        this.database = database;
    }

    /**
     * Merges the page into the target, notes the rows that were set aside, and moves the checkpoint.
     *
     * @return how many rows the target gained or changed
     * @throws StaleClaim if the unit has another holder; then nothing was written
     */
    public int write(Claim claim, TargetTable table, PageBuffer page, Checkpoint checkpoint) throws SQLException {
        return database.inTransaction(transaction -> {
            int written = page.isEmpty() ? 0 : merge(transaction, table, page, checkpoint);
            setAside(transaction, page, checkpoint);
            PullStates.advance(transaction, checkpoint);
            Claims.check(transaction, claim);
            return written;
        });
    }

    private static int merge(Connection transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            statement.execute("create temporary table nxt_page (" + table.columns().stream()
                    .map(column -> SqlName.quoted(column.name()) + " " + column.type().sql()).collect(joining(", "))
                    + ") on commit drop");
        }
        var copy = transaction.unwrap(PGConnection.class).getCopyAPI().copyIn("copy nxt_page from stdin");
        try {
            page.copyTo(copy);
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
        try (var merge = transaction.prepareStatement(mergeStatement(table))) {
            merge.setInt(1, checkpoint.company());
            merge.setObject(2, Claims.timestamp(checkpoint.readAt()));
            return merge.executeUpdate();
        }
    }

    /**
     * The one rule by which every writer of a mirrored row goes. A read row wins over the stored one if it was read later or
     * has a larger change stamp; over a deletion mark only if it was read later, then even if it is equal. An equal row is
     * not written. Rows are taken in key order, so that two merges cannot wait for each other.
     */
    static String mergeStatement(TargetTable table) {
        String columns = table.columns().stream().map(column -> SqlName.quoted(column.name())).collect(joining(", "));
        String key = Stream.concat(Stream.of(table.owner()), table.key().stream()).map(SqlName::quoted)
                .collect(joining(", "));
        String assignments = table.columns().stream().filter(column -> !table.key().contains(column.name()))
                .map(column -> SqlName.quoted(column.name()) + " = excluded." + SqlName.quoted(column.name()) + ", ")
                .collect(joining());
        String newer = table.changeStamp().map(SqlName::quoted)
                .map(stamp -> " or coalesce(excluded." + stamp + ", '-infinity') > coalesce(stored." + stamp
                        + ", '-infinity')")
                .orElse("");
        return """
                insert into %s as stored (%s, nxt_read_at, %s)
                select ?, ?, %s from nxt_page order by %s
                on conflict (%s) do update set %s nxt_read_at = excluded.nxt_read_at, nxt_deleted_at = null
                where case when stored.nxt_deleted_at is null
                           then (excluded.nxt_read_at > stored.nxt_read_at%s) and (%s)
                           else excluded.nxt_read_at > stored.nxt_read_at end
                """.formatted(table.quotedName(), SqlName.quoted(table.owner()), columns, columns,
                table.key().stream().map(SqlName::quoted).collect(joining(", ")), key, assignments, newer,
                table.columns().stream().map(column -> SqlName.quoted(column.name()))
                        .map(column -> "stored." + column + " is distinct from excluded." + column)
                        .collect(joining(" or ")));
    }

    private static void setAside(Connection transaction, PageBuffer page, Checkpoint checkpoint) throws SQLException {
        if (page.faults().isEmpty()) {
            return;
        }
        try (var insert = transaction.prepareStatement(
                """
                        insert into nxt_sync.row_fault (job, company, key, reason, seen_at) values (?, ?, ?::json, ?, ?)
                        on conflict (job, company, md5(key::text)) do update set reason = excluded.reason, seen_at = excluded.seen_at""")) {
            for (RowFault fault : page.faults()) {
                insert.setString(1, checkpoint.pull());
                insert.setInt(2, checkpoint.company());
                insert.setString(3, fault.key());
                insert.setString(4, fault.reason());
                insert.setObject(5, Claims.timestamp(checkpoint.readAt()));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
