package dev.nxtsync.graphql;

import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A field of a document, with what is asked of it. Names are checked when it is made, and values are variables, so that nothing
 * that comes from elsewhere can be more than a name or a value.
 *
 * @param alias under which it is answered; its name if it has no other
 */
public record Field(String alias, String name, Map<String, Argument> arguments, List<Field> fields) {

    /** What an argument is given. */
    public sealed interface Argument {
        String text();
    }

    /**
     * A value, which goes beside the document.
     *
     * @param name of its own within the document
     * @param type as a document declares it, such as {@code [Order_Input!]!}
     */
    public record Variable(String name, String type, Object value) implements Argument {
        public Variable {
            GraphQlName.check(name);
            checkType(type);
        }

        private static void checkType(String type) {
            String inner = type.endsWith("!") ? type.substring(0, type.length() - 1) : type;
            if (inner.startsWith("[") && inner.endsWith("]")) {
                checkType(inner.substring(1, inner.length() - 1));
            } else {
                GraphQlName.check(inner);
            }
        }

        @Override
        public String text() {
            return "$" + name;
        }
    }

    /** The order of rows: columns, each in the same direction. They are names, and stand in the document. */
    public record Order(List<String> columns, boolean descending) implements Argument {
        public Order {
            columns = List.copyOf(columns);
            columns.forEach(GraphQlName::check);
        }

        @Override
        public String text() {
            return columns.stream().map(column -> "{" + column + (descending ? ": DESC}" : ": ASC}"))
                    .collect(joining(", ", "[", "]"));
        }
    }

    /** The columns by which rows are grouped, each as it is (docs/facts/business-nxt.md, "Groups of rows"). */
    public record Grouping(List<String> columns) implements Argument {
        public Grouping {
            columns = List.copyOf(columns);
            columns.forEach(GraphQlName::check);
        }

        @Override
        public String text() {
            return columns.stream().map(column -> "{" + column + ": DEFAULT}").collect(joining(", ", "[", "]"));
        }
    }

    public Field {
        arguments = arguments.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        fields = List.copyOf(fields);
        GraphQlName.check(name);
        if (!alias.equals(name)) {
            GraphQlName.check(alias);
        }
        arguments.keySet().forEach(GraphQlName::check);
    }

    /** @param selected the names of what is asked for of it */
    public static Field of(String name, Collection<String> selected) {
        return new Field(name, name, Map.of(), selected.stream().map(Field::of).toList());
    }

    public static Field of(String name, String... selected) {
        return of(name, List.of(selected));
    }

    public Field as(String otherAlias) {
        return new Field(otherAlias, name, arguments, fields);
    }

    public Field with(String argument, Argument value) {
        var all = new LinkedHashMap<>(arguments);
        all.put(argument, value);
        return new Field(alias, name, all, fields);
    }

    public Field with(String argument, Optional<Variable> value) {
        return value.map(each -> with(argument, each)).orElse(this);
    }

    /** The same, with more that is asked for of it. */
    public Field and(List<Field> more) {
        return new Field(alias, name, arguments, Stream.concat(fields.stream(), more.stream()).toList());
    }

    public Field and(Field... more) {
        return and(List.of(more));
    }

    /** All that it and the fields below it are given, in the order of the document. */
    Stream<Variable> variables() {
        return Stream.concat(arguments.values().stream().filter(Variable.class::isInstance).map(Variable.class::cast),
                fields.stream().flatMap(Field::variables));
    }

    /** @param between what stands between the fields right below it */
    String text(String between) {
        String called = alias.equals(name) ? name : alias + ": " + name;
        if (arguments.isEmpty() && fields.isEmpty()) {
            // as nearly all are
            return called;
        }
        String given = arguments.entrySet().stream().map(each -> each.getKey() + ": " + each.getValue().text())
                .collect(joining(", "));
        String asked = fields.stream().map(each -> each.text(" ")).collect(joining(between));
        return called + (given.isEmpty() ? "" : "(" + given + ")")
                + (asked.isEmpty() ? "" : " {" + between + asked + between + "}");
    }
}
