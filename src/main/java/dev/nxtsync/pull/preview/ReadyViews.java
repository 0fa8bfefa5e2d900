package dev.nxtsync.pull.preview;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.RowTypes;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.pull.plan.PullValidator;

/** Writes views that show orders and their lines with customers, products, and words in place of numbers. */
@Singleton
public record ReadyViews(Settings settings, Pulls pulls, Introspection introspection, RowTypes types) {
    private static final String ORDER = "order";
    private static final String LINE = "orderLine";
    private static final String ASSOCIATE = "associate";
    private static final String PRODUCT = "product";

    /**
     * A target.
     *
     * @param domains the types of enumerations, by column
     */
    private record ShownTable(String name, Set<String> columns, Map<String, String> domains) {
        boolean has(String... names) {
            return columns.containsAll(List.of(names));
        }
    }

    /**
     * The statements that make them, of what a connection sees and its pulls read. Where no pull stands for many tables, a table
     * without one is taken as its pull would have it.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer
     */
    public List<String> of(String connection) {
        var tables = introspection.seen(connection, List.of(ORDER, LINE, ASSOCIATE, PRODUCT));
        var links = types.links(connection, tables.known().values());
        var targets = new LinkedHashMap<String, ShownTable>();
        for (Table table : tables.known().values()) {
            var domains = new LinkedHashMap<String, String>();
            Optional.ofNullable(links.get(table.name())).ifPresent(
                    each -> each.enumerations().forEach((column, domain) -> domains.put(SnakeCase.of(column), domain)));
            target(connection, table, tables, domains).ifPresent(target -> targets.put(table.name(), target));
        }
        return Stream.of(view(targets, ORDER, "orders_in_words"), view(targets, LINE, "order_lines_in_words"))
                .flatMap(Optional::stream).toList();
    }

    private Optional<ShownTable> target(String connection, Table table, Tables tables, Map<String, String> domains) {
        var pull = pulls.written(connection).stream().filter(each -> each.table().equals(table.name())).findFirst()
                .or(() -> pulls.matched(connection, List.of(table.name()), name -> table.tellsChanges()).stream()
                        .filter(each -> each.obstacle().isEmpty()).map(Pulls.MatchedTable::pull).findFirst());
        if (pull.isEmpty()) {
            // beside a pull that stands for many tables, it will not be there
            return pulls.patterns(connection).isEmpty() ? Optional.of(whole(table, domains)) : Optional.empty();
        }
        var design = PullValidator.validate(List.of(pull.get()), tables, KeyChoice::known, settings)
                .get(pull.get().name());
        if (!(design instanceof PullValidator.Sound sound)) {
            return Optional.empty();
        }
        var columns = new LinkedHashSet<String>();
        sound.plan().target().columns().forEach(column -> columns.add(column.name()));
        return Optional.of(new ShownTable(sound.plan().target().quotedName(), columns, domains));
    }

    /** As its pull would have it. */
    private ShownTable whole(Table table, Map<String, String> domains) {
        var columns = new LinkedHashSet<String>();
        table.columns().values().forEach(column -> {
            columns.add(SnakeCase.of(column.name()));
            if (column.companion() == Companion.ENUM) {
                columns.add(SnakeCase.of(column.name()) + "_as_enum");
            }
        });
        return new ShownTable(quoted(SnakeCase.of(table.name())), columns, domains);
    }

    private Optional<String> view(Map<String, ShownTable> targets, String table, String name) {
        return Optional.ofNullable(targets.get(table)).map(rows -> {
            var columns = new LinkedHashMap<String, String>();
            columns.put("nxt_company", "r.nxt_company");
            var joins = new ArrayList<String>();
            rows.columns().forEach(column -> columns.put(column, "r." + SqlName.quoted(column)));
            rows.columns().forEach(column -> inWords(rows, column, columns));
            String customers = "r";
            var order = targets.get(ORDER);
            if (table.equals(LINE) && order != null && rows.has("order_no") && order.has("order_no")) {
                joins.add("left join " + order.name()
                        + " o on o.nxt_company = r.nxt_company and o.order_no = r.order_no and o.nxt_deleted_at is null");
                Stream.of("order_date", "order_type_as_enum", "customer_no").filter(order::has)
                        .forEach(column -> columns.putIfAbsent(column, "o." + column));
                customers = "o";
            }
            var associate = targets.get(ASSOCIATE);
            var ordered = table.equals(LINE) && customers.equals("r") ? null : order;
            if (associate != null && ordered != null && ordered.has("customer_no")
                    && associate.has("customer_no", "associate_no", "name")) {
                joins.add(
                        "left join (select distinct on (nxt_company, customer_no) nxt_company, customer_no, name from "
                                + associate.name() + " where customer_no > 0 and nxt_deleted_at is null"
                                + " order by nxt_company, customer_no, associate_no) c on c.nxt_company = " + customers
                                + ".nxt_company and c.customer_no = " + customers + ".customer_no");
                columns.putIfAbsent("customer_name", "c.name");
            }
            var product = targets.get(PRODUCT);
            if (product != null && rows.has("product_no") && product.has("product_no", "description")) {
                joins.add("left join " + product.name()
                        + " p on p.nxt_company = r.nxt_company and p.product_no = r.product_no and p.nxt_deleted_at is null");
                columns.putIfAbsent("product_description", "p.description");
            }
            var selected = columns.entrySet().stream()
                    .map(each -> "    " + each.getValue() + " as " + SqlName.quoted(each.getKey())).toList();
            return "create view " + quoted(name) + " as\nselect\n" + String.join(",\n", selected) + "\nfrom "
                    + rows.name() + " r\n" + joins.stream().map(join -> join + "\n").reduce("", String::concat)
                    + "where r.nxt_deleted_at is null;\n";
        });
    }

    /** What people read, in the first of the languages in which it is known; else the name. */
    private void inWords(ShownTable rows, String column, Map<String, String> columns) {
        var domain = rows.domains().get(column);
        if (domain != null && rows.has(column + "_as_enum")) {
            String name = "r." + SqlName.quoted(column + "_as_enum");
            String languages = Stream.concat(settings.languages().stream(), Stream.of("en")).distinct()
                    .map(code -> "'" + code + "'").collect(joining(", ", "array[", "]"));
            columns.putIfAbsent(column + "_text",
                    "coalesce((select text from nxt_sync.enumeration where domain = '" + domain
                            + "' and enumeration.name = " + name + " and language = any (" + languages
                            + ") and text is not null order by array_position(" + languages + ", language) limit 1), "
                            + name + ")");
        }
    }

    private String quoted(String name) {
        return SqlName.quoted(settings.target().schema()) + "." + SqlName.quoted(name);
    }
}
