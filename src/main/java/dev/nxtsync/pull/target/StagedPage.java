package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.joining;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.SqlName;

/** A page in a temporary table, of which some rows at a time are merged into the target. */
record StagedPage(Handle transaction, TargetTable table, Checkpoint checkpoint) implements RefusedRows.Rows {

    static StagedPage stage(Handle transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        PageTable.make(transaction, table);
        try (Statement statement = transaction.getConnection().createStatement()) {
            // with our types, so that a row that the target's own types refuse is found too
            statement.execute("create temporary table nxt_staged ("
                    + "nxt_row integer generated always as identity (minvalue 0 start 0) primary key, "
                    + table.columns().stream().map(column -> SqlName.quoted(column.name()) + " " + column.type().sql())
                            .collect(joining(", "))
                    + ") on commit drop");
        }
        PageTable.copy(transaction, "copy pg_temp.nxt_staged (" + PageTable.columns(table) + ") from stdin", page,
                new byte[0]);
        return new StagedPage(transaction, table, checkpoint);
    }

    @Override
    public WriteCounts write(int from, int to) throws SQLException {
        String columns = PageTable.columns(table);
        try (Statement statement = transaction.getConnection().createStatement();
                var fill = transaction.getConnection().prepareStatement("insert into pg_temp.nxt_page (" + columns
                        + ") select " + columns + " from pg_temp.nxt_staged where nxt_row >= ? and nxt_row < ?")) {
            statement.execute("truncate pg_temp.nxt_page");
            fill.setInt(1, from);
            fill.setInt(2, to);
            fill.executeUpdate();
        }
        return PageTable.merge(transaction, table, checkpoint);
    }

    @Override
    public List<String> key(int place) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement("select "
                        + table.key().stream().map(column -> SqlName.quoted(column) + "::text").collect(joining(", "))
                        + " from pg_temp.nxt_staged where nxt_row = ?")) {
            select.setInt(1, place);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                var key = new ArrayList<String>();
                for (int i = 1; i <= table.key().size(); i++) {
                    key.add(row.getString(i));
                }
                return key;
            }
        }
    }
}
