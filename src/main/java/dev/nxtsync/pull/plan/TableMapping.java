package dev.nxtsync.pull.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.tenant.Scope;

/**
 * Which fields of a table are asked for, and which column of the target each fills.
 *
 * @param columns the API's columns that are read
 * @param remarks what somebody should look at, though nothing is in the way
 * @param fields to select, each once
 * @param sources for each target column, the index of its field
 */
public record TableMapping(List<String> columns, List<String> remarks, List<String> fields, List<Integer> sources,
        TargetTable target) {
    static final String CHANGE_STAMP = Table.CHANGED;

    /** The same for some of its columns only, among them the key. */
    public TableMapping only(Predicate<TargetColumn> wanted) {
        var kept = new LinkedHashMap<String, Integer>();
        var keptSources = new ArrayList<Integer>();
        for (int i = 0; i < sources.size(); i++) {
            if (wanted.test(target.columns().get(i))) {
                String field = fields.get(sources.get(i));
                var index = kept.putIfAbsent(field, kept.size());
                keptSources.add(index == null ? kept.size() - 1 : index);
            }
        }
        return new TableMapping(columns, remarks, List.copyOf(kept.keySet()), List.copyOf(keptSources),
                target.only(wanted));
    }

    /** The same with a target that says something more of itself. */
    TableMapping saying(String more) {
        return new TableMapping(columns, remarks, fields, sources, target.saying(more));
    }

    /** The same into a database of this encoding. */
    TableMapping in(Encoding encoding) {
        return new TableMapping(columns, remarks, fields, sources, target.in(encoding));
    }

    /** What cannot be mapped as configured; each problem says what to do. */
    public static final class Unmappable extends Exception {
        private static final long serialVersionUID = 1L;

        Unmappable(List<String> problems) {
            super(String.join(" ", problems), null, false, false);
        }
    }

    public static TableMapping of(Settings.Pull pull, Table table, List<String> key, String schema) throws Unmappable {
        var problems = new ArrayList<String>();
        problems.addAll(unknown(pull, table, pull.columns(), "that this client id can read", "COLUMNS"));
        problems.addAll(unknown(pull, table, key, "that this client id can read", "KEY"));
        var remarks = unknown(pull, table, pull.except(), "to leave out", "EXCEPT");
        for (String name : key) {
            if (pull.except().contains(name)) {
                problems.add("The key column " + name + " cannot be left out. Remove it from "
                        + Settings.Pull.variable(pull.name(), "EXCEPT") + ".");
            }
        }
        var builder = new MappingBuilder(pull, key);
        var wanted = table.columns().values().stream().filter(builder::wanted).toList();
        wanted.forEach(builder::add);
        problems.addAll(builder.problems);
        String owner = table.scope() == Scope.COMPANY ? "nxt_company" : "nxt_customer";
        String name = pull.targetName();
        if (!SqlName.fits(name)) {
            problems.add("The table name " + name + " is longer than the " + SqlName.LONGEST
                    + " bytes of PostgreSQL; set " + Settings.Pull.variable(pull.name(), "TARGET") + ".");
        }
        if (!problems.isEmpty()) {
            throw new Unmappable(problems);
        }
        var target = new TargetTable(schema, name, owner, "Business NXT's table " + table.name() + ", kept by nxt-sync",
                List.copyOf(builder.columns.values()), key.stream().map(SnakeCase::of).toList(),
                table.tellsChanges() ? Optional.of(SnakeCase.of(CHANGE_STAMP)) : Optional.empty(),
                pull.deletes() == Settings.Deletes.REMOVE);
        return new TableMapping(wanted.stream().map(Column::name).toList(), remarks,
                List.copyOf(builder.fields.keySet()), List.copyOf(builder.sources), target);
    }

    /** @param setting that names the columns, unless it is a key that is built in */
    private static List<String> unknown(Settings.Pull pull, Table table, List<String> names, String what,
            String setting) {
        String variable = Settings.Pull.variable(pull.name(), setting);
        boolean builtIn = setting.equals("KEY") && pull.key().isEmpty();
        return names.stream().filter(name -> !table.columns().containsKey(name))
                .map(name -> "The table " + table.name() + " has no column " + name + " " + what
                        + NameSuggestion.end(name, table.columns().keySet())
                        + (builtIn
                                ? " It is of the primary key. Give the access group of the client id the right to it."
                                : " Correct " + variable + "."))
                .toList();
    }
}
