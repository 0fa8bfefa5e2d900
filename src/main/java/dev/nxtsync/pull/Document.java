package dev.nxtsync.pull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/** Documents that ask for rows of one tenant's tables. */
public final class Document {
    /** The first pages of so many tables are one document at most. */
    public static final int MOST_FIRST_PAGES = 50;

    /** The alias of what is asked for its count only. */
    private static final String COUNT = "all";
    /** That of what is asked for its highest change stamp, followed by that of its page where there are several. */
    static final String TOP = "top";

    private Document() {}

    /**
     * One selection of rows.
     *
     * @param alias of the field, a name of its own within the document
     * @param order columns, each in the same direction
     * @param counts whether the number of all rows is asked for too
     * @param skip the rows that are left out at the beginning
     */
    public record DocumentPart(String alias, Table table, List<String> fields, Optional<ObjectNode> filter,
            List<String> order, boolean descending, int rows, boolean counts, int skip) {

        public static DocumentPart page(String alias, PullPlan plan, List<String> fields, List<ObjectNode> filters,
                List<String> order, int rows) {
            return new DocumentPart(alias, plan.table(), fields, plan.filter(filters), order, false, rows, false, 0);
        }

        public DocumentPart counting() {
            return new DocumentPart(alias, table, fields, filter, order, descending, rows, true, skip);
        }

        /** The key of the last of all rows, and their number if the table tells it. */
        DocumentPart last() {
            return new DocumentPart("last", table, order, filter, order, true, 1, table.isCounted(), 0);
        }

        /** The key of the row that follows after so many. */
        DocumentPart at(String otherAlias, int skipped) {
            return new DocumentPart(otherAlias, table, order, filter, order, false, 1, false, skipped);
        }

        /** What it adds to the length of a document (see {@link DocumentLength}). */
        public int tokens() {
            int page = 22 + fields.size() + (counts ? 1 : 0);
            return page + (skip > 0 ? 8 : 0) + (filter.isPresent() ? 8 : 0) + 4 + 5 * order.size();
        }

        private Field field(int index) {
            return Field.of(table.name(), counts ? List.of("totalCount") : List.of()).as(alias)
                    .with("first", new Field.Variable("n" + index, "Int", rows))
                    .with("skip",
                            Optional.of(skip).filter(each -> each > 0)
                                    .map(each -> new Field.Variable("k" + index, "Int", each)))
                    .with("filter", filter
                            .map(each -> new Field.Variable("f" + index, "FilterExpression_" + table.rowType(), each)))
                    .with("orderBy", new Field.Order(order, descending))
                    .and(Field.of("pageInfo", "hasNextPage"), Field.of("items", fields));
        }

        private DocumentPart uncounted() {
            return new DocumentPart(alias, table, fields, filter, order, descending, rows, false, skip);
        }
    }

    /**
     * What a load asks for where the first pages of several tables are read together.
     *
     * @param rows its part of a page
     */
    public static List<DocumentPart> firstPage(String alias, PullPlan plan, int rows) {
        var page = DocumentPart.page(alias, plan, plan.mapping().fields(), List.of(), plan.key(), rows);
        var parts = new ArrayList<DocumentPart>();
        parts.add(plan.table().isCounted() ? page.counting() : page);
        if (plan.tellsChanges()) {
            parts.add(top(plan, alias));
        }
        return parts;
    }

    /** How many rows a pull has, and the highest change stamp of them; only what the table tells. */
    static List<DocumentPart> census(PullPlan plan) {
        var parts = new ArrayList<DocumentPart>();
        if (plan.table().isCounted()) {
            parts.add(new DocumentPart(COUNT, plan.table(), plan.key(), plan.filter(List.of()), plan.key(), false, 1,
                    true, 0));
        }
        if (plan.tellsChanges()) {
            parts.add(top(plan));
        }
        return parts;
    }

    /** The same beside a page. */
    static List<DocumentPart> withCensus(PullPlan plan, DocumentPart page) {
        return Stream.concat(census(plan).stream(), Stream.of(page)).toList();
    }

    /** Those parts without counts. */
    static List<DocumentPart> uncounted(List<DocumentPart> parts) {
        return parts.stream().filter(part -> !part.alias().equals(COUNT)).map(DocumentPart::uncounted).toList();
    }

    /** The highest change stamp of a pull's rows. */
    static DocumentPart top(PullPlan plan) {
        return top(plan, "");
    }

    /** @param page the alias of a page of the same pull, in a document for several */
    static DocumentPart top(PullPlan plan, String page) {
        return new DocumentPart(TOP + page, plan.table(), List.of(Table.CHANGED),
                plan.filter(List.of(Filters.compare(Table.CHANGED, "_gt", ChangeStamp.EARLIEST))),
                List.of(Table.CHANGED), true, 1, false, 0);
    }

    /** @param background whether the request gives way to others */
    public static Question of(String operation, Tenant tenant, boolean background, List<DocumentPart> parts) {
        return Question.query(operation, tenant, background,
                IntStream.range(0, parts.size()).mapToObj(i -> parts.get(i).field(i)).toList());
    }
}
