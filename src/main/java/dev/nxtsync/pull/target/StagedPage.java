package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.util.List;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;

/**
 * A page in a temporary table, of which some rows at a time are merged into the target.
 *
 * @param values of the columns, for the target's own types
 */
record StagedPage(Handle transaction, TargetTable table, Checkpoint checkpoint,
        String values) implements RefusedRows.Rows {

    static StagedPage stage(Handle transaction, TargetTable table, PageBuffer page, Checkpoint checkpoint)
            throws SQLException {
        PageTable.make(transaction, table);
        // with our types, in which the page is written, and so that a row that the target's own refuse is found too
        transaction.execute("create temporary table nxt_staged ("
                + "nxt_row integer generated always as identity (minvalue 0 start 0) primary key, "
                + PageTable.typed(table.columns()) + ") on commit drop");
        PageTable.copy(transaction, "pg_temp.nxt_staged", table, page, FirstColumns.NONE);
        return new StagedPage(transaction, table, checkpoint, values(transaction));
    }

    /**
     * Values of columns with other types than ours go by their texts, as {@code COPY} reads them: a cast would round some, and
     * there is none from some types. Lengths are left to the assignment, since a cast cuts what is too long, and so are the
     * checks of domains.
     */
    private static String values(Handle transaction) {
        return transaction
                .createQuery(
                        """
                                select string_agg(quote_ident(page.attname) || case when page.atttypid = staged.atttypid then ''
                                    else '::text::' || (with recursive base (id) as (select page.atttypid
                                            union all select typbasetype from base join pg_type on oid = id where typtype = 'd')
                                        select quote_ident(nspname) || '.' || quote_ident(typname) from base join pg_type on pg_type.oid = id
                                            join pg_namespace on pg_namespace.oid = typnamespace where typtype <> 'd') end,
                                    ', ' order by page.attnum)
                                from pg_attribute page join pg_attribute staged on staged.attname = page.attname
                                where page.attrelid = 'pg_temp.nxt_page'::regclass and page.attnum > 0
                                  and staged.attrelid = 'pg_temp.nxt_staged'::regclass""")
                .mapTo(String.class).one();
    }

    @Override
    public WriteCounts write(int from, int to) throws SQLException {
        transaction.execute("truncate pg_temp.nxt_page");
        transaction
                .createUpdate("insert into pg_temp.nxt_page select " + values
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
