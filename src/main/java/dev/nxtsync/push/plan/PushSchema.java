package dev.nxtsync.push.plan;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.InputType;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.MutationField;
import dev.nxtsync.graphql.schema.Mutations;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.tenant.Scope;

/**
 * The part of a connection's schema that its pushes need.
 *
 * @param mutations the fields that change company tables, by name
 * @param inputs the types of what is sent, by name
 * @param tables by name, those of the pushes and of the children that they send
 * @param refused why a table is not used, by name
 * @param processings by table
 * @param names of all tables that can be read, if one of the pushes is not among them; else empty
 */
record PushSchema(Map<String, MutationField> mutations, Map<String, InputType> inputs, Map<String, Table> tables,
        Map<String, Problem> refused, Map<String, Map<String, MutationField>> processings, List<String> names) {
    private static final String INPUT = "_Input";

    /** @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer */
    static PushSchema read(String connection, List<Settings.Push> pushes, Mutations mutations,
            Introspection introspection) {
        var fields = mutations.ofCompanies(connection);
        Set<String> types = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        var processings = new HashMap<String, Map<String, MutationField>>();
        for (Settings.Push push : pushes) {
            names.add(push.table());
            for (String operation : List.of("_create", "_update", "_delete")) {
                var field = fields.get(push.table() + operation);
                if (field != null) {
                    field.arguments().values().forEach(argument -> types.add(argument.name()));
                }
            }
            var table = fields.get(push.table() + "_processings");
            if (push.then().isPresent() && table != null && !processings.containsKey(push.table())) {
                var own = mutations.fields(connection, table.type());
                processings.put(push.table(), own);
                Optional.ofNullable(own.get(processing(push.then().get()))).map(field -> field.arguments().get("args"))
                        .ifPresent(argument -> types.add(argument.name()));
            }
        }
        // filters lead to every table; what is in them is checked by what a table can be filtered by
        types.removeIf(type -> type.startsWith("FilterExpression_"));
        var inputs = mutations.inputs(connection, types);
        inputs.keySet().forEach(type -> child(type).ifPresent(names::add));
        // what has the name of a child need not be a table
        var tables = introspection.seen(connection, names);
        boolean all = pushes.stream().map(Settings.Push::table)
                .allMatch(each -> tables.known().containsKey(each) || tables.refused().containsKey(each));
        return new PushSchema(fields, inputs, tables.known(), tables.refused(), processings,
                all ? List.of() : introspection.tableNames(connection, Scope.COMPANY));
    }

    /** The table of an input type, by its name (docs/facts/business-nxt.md, "Type name patterns"). */
    static Optional<String> child(String inputType) {
        return inputType.endsWith(INPUT) && !inputType.startsWith("Suggest_") && inputType.length() > INPUT.length()
                ? Optional.of(Character.toLowerCase(inputType.charAt(0))
                        + inputType.substring(1, inputType.length() - INPUT.length()))
                : Optional.empty();
    }

    /** The name of the processing in {@code THEN}, which may be followed by arguments. */
    static String processing(String then) {
        return then.strip().split("\\s+", 2)[0];
    }
}
