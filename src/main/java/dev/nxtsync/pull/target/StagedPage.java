package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.util.List;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;

/** A page in a temporary table, of which some rows at a time are merged into the target. */
record StagedPage(Handle transaction, TargetTable table, Checkpoint checkpoint) implements RefusedRows.Rows {

    static StagedPage stage(Handle transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        PageTable.make(transaction, table);
        // with our types, in which the page is written, and so that a row that the target's own refuse is found too
        transaction.execute("create temporary table nxt_staged ("
                + "nxt_row integer generated always as identity (minvalue 0 start 0) primary key, "
                + PageTable.typed(table.columns()) + ") on commit drop");
        PageTable.copy(transaction, "pg_temp.nxt_staged", table, page, FirstColumns.NONE);
        return new StagedPage(transaction, table, checkpoint);
    }

    @Override
    public WriteCounts write(int from, int to) throws SQLException {
        String columns = PageTable.columns(table);
        transaction.execute("truncate pg_temp.nxt_page");
        transaction
                .createUpdate("insert into pg_temp.nxt_page (" + columns + ") select " + columns
                        + " from pg_temp.nxt_staged where nxt_row >= :from and nxt_row < :to")
                .bind("from", from).bind("to", to).execute();
        return PageTable.merge(transaction, table, checkpoint);
    }

    @Override
    public List<String> key(int place) {
        return transaction
                .createQuery("select " + PageTable.key(table) + " from pg_temp.nxt_staged where nxt_row = :place")
                .bind("place", place).mapTo(new GenericType<List<String>>() {
                }).one();
    }
}
