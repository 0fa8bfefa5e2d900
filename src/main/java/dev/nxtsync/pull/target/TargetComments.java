package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.OwnPath;
import dev.nxtsync.database.SqlName;

/** Comments on a target's columns, by their names; that on the table itself stands under an empty name. */
public final class TargetComments {
    private TargetComments() {}

    public static Map<String, String> read(Handle transaction, TargetTable table) {
        var comments = new HashMap<String, String>();
        transaction.createQuery("""
                select coalesce(attname::text, '') as name, description
                from pg_description left join pg_attribute on attrelid = objoid and attnum = objsubid and attnum > 0
                where objoid = to_regclass(:table) and classoid = 'pg_class'::regclass""")
                .bind("table", table.quotedName()).mapToMap(String.class).list()
                .forEach(row -> comments.put(row.get("name"), row.get("description")));
        return comments;
    }

    /** Rows can be read and written meanwhile. */
    public static void write(Handle transaction, TargetTable table, Map<String, String> comments) throws SQLException {
        // where event triggers of users find their tables
        OwnPath.enter(transaction);
        // not by JDBI, which would look for parameters in words that are not ours
        try (Statement statement = transaction.getConnection().createStatement()) {
            for (var comment : comments.entrySet()) {
                statement
                        .execute(
                                "comment on "
                                        + (comment.getKey().isEmpty()
                                                ? "table " + table.quotedName()
                                                : "column " + table.quotedName() + "."
                                                        + SqlName.quoted(comment.getKey()))
                                        + " is " + SqlName.literal(comment.getValue()));
            }
        }
        OwnPath.leave(transaction);
    }
}
