package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseCheck;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** Whether target tables that are there can be used, without changing them and without the pool. */
public final class TargetCheck {
    private TargetCheck() {}

    /** What is wrong with the target tables of pulls that are there already, by pull. */
    public static Map<String, Problem> problems(Settings settings, Map<String, TargetTable> targets) {
        var problems = new TreeMap<String, Problem>();
        if (targets.isEmpty()) {
            return problems;
        }
        try {
            DatabaseCheck.database(settings).inTransaction(transaction -> {
                for (var each : targets.entrySet()) {
                    var flaws = TableShape.unusable(transaction, each.getValue(), each.getKey());
                    if (!flaws.isEmpty()) {
                        problems.put(each.getKey(), new Problem(ErrorCode.TARGET_UNUSABLE,
                                "Its target table cannot be used: " + String.join("; ", flaws) + "."));
                    }
                    owner(transaction, each.getValue()).ifPresent(problem -> problems.put(each.getKey(), problem));
                }
                return true;
            });
        } catch (SQLException e) {
            problems.put("all pulls", DatabaseCheck.fault(e));
        }
        return problems;
    }

    private static Optional<Problem> owner(Handle connection, TargetTable table) {
        return connection.createQuery("""
                select relowner::regrole::text as owner, quote_ident(current_user) as own
                from pg_class join pg_namespace on pg_namespace.oid = relnamespace
                where nspname = :schema and relname = :name and not pg_has_role(relowner, 'USAGE')""")
                .bind("schema", table.schema()).bind("name", table.name())
                .map((row, context) -> new Problem(ErrorCode.DATABASE_RIGHTS,
                        "The table " + table + " belongs to " + row.getString("owner") + ", so " + row.getString("own")
                                + " cannot add columns to it. As its owner run: alter table " + table.quotedName()
                                + " owner to " + row.getString("own") + ";"))
                .findOne();
    }
}
