package dev.nxtsync.push.plan;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.InputType.Members;
import dev.nxtsync.graphql.schema.MutationField;
import dev.nxtsync.graphql.schema.PrimaryKeys;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.plan.PushPlan.Child;
import dev.nxtsync.push.plan.PushPlan.Following;
import dev.nxtsync.tenant.Scope;

/** Checks a push against what its connection may read and change; asks nothing and writes nothing. */
final class PushValidator {
    /** Numbers by which people know rows whose primary key is not known. */
    private static final Map<String, List<String>> NUMBERS = Map.of("batch", List.of("batchNo"), "voucher",
            List.of("voucherNo"));
    private static final Set<String> KEY_SCALARS = Set.of("String", "Int", "Long", "Short");

    private final Settings.Push push;
    private final PushSchema schema;
    private final List<String> flaws = new ArrayList<>();

    private PushValidator(Settings.Push push, PushSchema schema) {
        this.push = push;
        this.schema = schema;
    }

    /** A push that can be made as configured, or why not. */
    sealed interface ValidatedPush {}

    record SoundPush(PushPlan plan) implements ValidatedPush {}

    record FlawedPush(Problem reason) implements ValidatedPush {
        FlawedPush(String message) {
            this(new Problem(ErrorCode.PUSH_FLAWED, message));
        }
    }

    static ValidatedPush validate(Settings.Push push, PushSchema schema, Optional<String> creator) {
        return new PushValidator(push, schema).validate(creator);
    }

    private ValidatedPush validate(Optional<String> creator) {
        var refusal = schema.refused().get(push.table());
        if (refusal != null) {
            return new FlawedPush(refusal);
        }
        Table table = schema.tables().get(push.table());
        if (table == null) {
            return new FlawedPush("There is no table " + push.table() + " that this client id can read"
                    + NameSuggestion.end(push.table(), schema.names()) + " Correct " + setting("TABLE")
                    + ", or give the access group of the client id the right to it.");
        }
        if (table.scope() != Scope.COMPANY) {
            return new FlawedPush(
                    "The table " + push.table() + " belongs to the customer; a push needs a table of a company.");
        }
        for (String column : push.keyColumn()) {
            column(table, column, "KEY_COLUMN").filter(scalar -> !KEY_SCALARS.contains(scalar))
                    .ifPresent(scalar -> flaws.add(setting("KEY_COLUMN") + " names " + column + ", which is of type "
                            + scalar + " and cannot find a record"));
        }
        Map<MutationKind, MutationField> fields = new EnumMap<>(MutationKind.class);
        for (MutationKind act : acts()) {
            field(act).ifPresent(field -> fields.put(act, field));
        }
        if (fields.containsKey(MutationKind.CREATE) && !table.columns().containsKey(PushPlan.CREATOR)) {
            flaws.add("the column " + PushPlan.CREATOR
                    + " cannot be read, which the push needs to recognise its records");
        }
        if (fields.containsKey(MutationKind.UPDATE) && !table.columns().containsKey(Table.CHANGED)) {
            flaws.add("the column " + Table.CHANGED + " cannot be read, which the push needs to guard updates");
        }
        var children = children(table, fields);
        var returning = returning(table, children);
        Optional<Following> then = push.then().flatMap(text -> following(table, text));
        if (!flaws.isEmpty()) {
            return new FlawedPush(Words.sentence("Table " + push.table() + ": " + String.join("; ", flaws)));
        }
        var key = PrimaryKeys.of(push.table()).or(() -> Optional.ofNullable(NUMBERS.get(push.table())))
                .orElse(List.of()).stream().filter(table.columns()::containsKey).toList();
        return new SoundPush(
                new PushPlan(push, table, fields, schema.inputs(), children, key, returning, then, creator));
    }

    private String setting(String name) {
        return Settings.Push.variable(push.name(), name);
    }

    private List<MutationKind> acts() {
        return switch (push.operation()) {
            case CREATE -> List.of(MutationKind.CREATE);
            case UPDATE -> List.of(MutationKind.UPDATE);
            case UPSERT -> List.of(MutationKind.CREATE, MutationKind.UPDATE);
            case DELETE -> List.of(MutationKind.DELETE);
        };
    }

    private Optional<MutationField> field(MutationKind act) {
        String name = push.table() + "_" + act.name().toLowerCase(java.util.Locale.ROOT);
        var field = schema.mutations().get(name);
        if (field == null) {
            flaws.add("there is no " + name + " for this client id; its access group must grant that right");
            return Optional.empty();
        }
        List<String> needed = switch (act) {
            case CREATE -> List.of("values");
            case UPDATE -> List.of("filters", "values");
            case DELETE -> List.of("filter");
        };
        for (String argument : needed) {
            if (!field.arguments().containsKey(argument)) {
                flaws.add(name + " has no argument " + argument);
            }
        }
        return Optional.of(field);
    }

    private Optional<String> column(Table table, String column, String setting) {
        var found = table.columns().get(column);
        if (found == null) {
            flaws.add(setting(setting) + " names " + column + ", which is not a readable column"
                    + NameSuggestion.hint(column, table.columns().keySet()));
            return Optional.empty();
        }
        return Optional.of(found.scalar());
    }

    /** Lists of rows of other tables in what is created. */
    private Map<String, Child> children(Table table, Map<MutationKind, MutationField> fields) {
        var children = new LinkedHashMap<String, Child>();
        var create = Optional.ofNullable(fields.get(MutationKind.CREATE)).map(field -> field.arguments().get("values"));
        if (create.isEmpty() || !(schema.inputs().get(create.get().name()) instanceof Members members)) {
            return children;
        }
        members.fields().forEach((name, type) -> {
            var childName = PushSchema.child(type.name());
            var child = childName.map(schema.tables()::get);
            if (type.list() && childName.isPresent()) {
                List<String> columns = child.isEmpty()
                        ? List.of()
                        : PrimaryKeys.of(childName.get()).or(() -> Optional.ofNullable(NUMBERS.get(childName.get())))
                                .orElse(List.of()).stream().filter(child.get().columns()::containsKey).toList();
                children.put(name, new Child(child.flatMap(each -> table.children(each.rowType())),
                        columns.isEmpty() ? List.of("__typename") : columns));
            }
        });
        return children;
    }

    /** Columns of the record; those of children are put to their own. */
    private List<String> returning(Table table, Map<String, Child> children) {
        var own = new ArrayList<String>();
        for (String each : push.returning()) {
            String[] path = each.split("\\.", 2);
            if (path.length == 1) {
                column(table, each, "RETURNING").ifPresent(scalar -> own.add(each));
            } else if (!children.containsKey(path[0])) {
                flaws.add(setting("RETURNING") + " names " + each + ", but a record of this table is created without "
                        + path[0] + NameSuggestion.hint(path[0], children.keySet()));
            } else {
                Child child = children.get(path[0]);
                var columns = new ArrayList<>(child.columns());
                columns.remove("__typename");
                columns.remove(path[1]);
                columns.add(path[1]);
                children.put(path[0], new Child(child.join(), columns));
            }
        }
        return own;
    }

    private Optional<Following> following(Table table, String text) {
        String name = PushSchema.processing(text);
        var own = schema.processings().getOrDefault(push.table(), Map.of());
        var field = own.get(name);
        if (field == null) {
            flaws.add(
                    setting("THEN") + " names " + name + ", which is not a processing of this table for this client id"
                            + NameSuggestion.hint(name, own.keySet()));
            return Optional.empty();
        }
        if (!field.arguments().containsKey("filter")) {
            flaws.add(setting("THEN") + " names " + name + ", which has no filter and would process every row");
            return Optional.empty();
        }
        Optional<ObjectNode> arguments = object(text.strip().substring(name.length()), "THEN");
        if (arguments.isPresent() && !field.arguments().containsKey("args")) {
            flaws.add(setting("THEN") + " gives arguments to " + name + ", which has none");
        }
        push.doneWhen().flatMap(filter -> Filters.flaw(filter, table.filters()))
                .ifPresent(flaw -> flaws.add(setting("DONE_WHEN") + " " + flaw));
        return Optional.of(new Following(push.table() + "_processings", field, arguments,
                push.doneWhen().flatMap(filter -> object(filter, "DONE_WHEN"))));
    }

    private Optional<ObjectNode> object(String text, String setting) {
        if (text.isBlank()) {
            return Optional.empty();
        }
        try {
            JsonNode parsed = Filters.parse(text);
            if (parsed instanceof ObjectNode object) {
                return Optional.of(object);
            }
        } catch (java.io.UncheckedIOException e) {
            // said below
        }
        flaws.add(setting(setting) + " has \"" + QuotedText.name(text) + "\", which is not a JSON object");
        return Optional.empty();
    }
}
