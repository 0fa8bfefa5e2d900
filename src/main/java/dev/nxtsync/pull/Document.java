package dev.nxtsync.pull;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/** Documents that ask for rows of one tenant's tables: identifiers stand in them, values are variables. */
public final class Document {
    /** The alias of what is asked for its count only. */
    private static final String COUNT = "all";

    private Document() {}

    /**
     * One selection of rows.
     *
     * @param alias of the field, a name of its own within the document
     * @param order columns, each in the same direction
     * @param counts whether the number of all rows is asked for too
     */
    public record DocumentPart(String alias, Table table, List<String> fields, Optional<ObjectNode> filter,
            List<String> order, boolean descending, int rows, boolean counts) {

        public static DocumentPart page(String alias, PullPlan plan, List<String> fields, List<ObjectNode> filters,
                List<String> order, int rows) {
            return new DocumentPart(alias, plan.table(), fields, plan.filter(filters), order, false, rows, false);
        }

        public DocumentPart counting() {
            return new DocumentPart(alias, table, fields, filter, order, descending, rows, true);
        }

        private DocumentPart uncounted() {
            return new DocumentPart(alias, table, fields, filter, order, descending, rows, false);
        }
    }

    /** How many rows a pull has, and the highest change stamp of them; only what the table tells. */
    static List<DocumentPart> census(PullPlan plan) {
        var parts = new ArrayList<DocumentPart>();
        if (plan.table().isCounted()) {
            parts.add(new DocumentPart(COUNT, plan.table(), plan.key(), plan.filter(List.of()), plan.key(), false, 1,
                    true));
        }
        if (plan.tellsChanges()) {
            parts.add(top(plan));
        }
        return parts;
    }

    /** The same without counts. */
    static List<DocumentPart> uncounted(List<DocumentPart> parts) {
        return parts.stream().filter(part -> !part.alias().equals(COUNT)).map(DocumentPart::uncounted).toList();
    }

    /** The highest change stamp of a pull's rows. */
    static DocumentPart top(PullPlan plan) {
        return new DocumentPart("top", plan.table(), List.of(Table.CHANGED),
                plan.filter(List.of(Filters.compare(Table.CHANGED, "_gt", ChangeStamp.EARLIEST))),
                List.of(Table.CHANGED), true, 1, false);
    }

    /**
     * Each selection has a line of its own, so that an error which tells its line tells the table.
     *
     * @param background whether the request gives way to others
     */
    public static Question of(String operation, Tenant tenant, boolean background, List<DocumentPart> parts) {
        var variables = new LinkedHashMap<String, Object>();
        variables.put("owner", tenant.number());
        var declarations = new StringBuilder("$owner: Int");
        var fields = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            DocumentPart part = parts.get(i);
            String rows = "n" + i;
            String filter = "f" + i;
            declarations.append(", $").append(rows).append(": Int");
            variables.put(rows, part.rows());
            part.filter().ifPresent(value -> {
                declarations.append(", $").append(filter).append(": FilterExpression_").append(part.table().rowType());
                variables.put(filter, value);
            });
            fields.append(part.alias()).append(": ").append(part.table().name()).append("(first: $").append(rows)
                    .append(part.filter().isPresent() ? ", filter: $" + filter : "").append(", orderBy: [")
                    .append(part.order().stream()
                            .map(column -> "{" + column + (part.descending() ? ": DESC}" : ": ASC}"))
                            .collect(joining(", ")))
                    .append("]) { ").append(part.counts() ? "totalCount " : "")
                    .append("pageInfo { hasNextPage } items { ").append(String.join(" ", part.fields()))
                    .append(" } }\n");
        }
        String document = "query " + operation + "(" + declarations + ") { " + tenant.scope().root()
                + "(no: $owner) {\n" + fields + "} }";
        return new Question(operation, document, variables, Optional.of(tenant), background);
    }
}
