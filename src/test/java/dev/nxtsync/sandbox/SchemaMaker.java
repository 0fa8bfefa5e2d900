package dev.nxtsync.sandbox;

import static graphql.schema.GraphQLArgument.newArgument;
import static graphql.schema.GraphQLFieldDefinition.newFieldDefinition;
import static graphql.schema.GraphQLInputObjectField.newInputObjectField;
import static graphql.schema.GraphQLInputObjectType.newInputObject;
import static graphql.schema.GraphQLList.list;
import static graphql.schema.GraphQLObjectType.newObject;
import static graphql.schema.GraphQLTypeReference.typeRef;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import graphql.Scalars;
import graphql.schema.DataFetcher;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLOutputType;
import graphql.schema.GraphQLScalarType;
import graphql.schema.GraphQLSchema;
import graphql.schema.LightDataFetcher;

/** The schema, with the documented names, made from the table models. */
final class SchemaMaker {
    private static final List<String> OPERATORS = List.of("_eq", "_not_eq", "_gt", "_gte", "_lt", "_lte");

    private final Map<String, GraphQLScalarType> scalars = new HashMap<>();
    private final GraphQLCodeRegistry.Builder code = GraphQLCodeRegistry.newCodeRegistry();
    private final SandboxOptions options;
    private final Change change;
    private final DataFetcher<?> connection;
    private final DataFetcher<?> owner;
    private final DataFetcher<?> customers;
    private final DataFetcher<?> companies;
    private final Writes writes;

    /** What has become of the schema. */
    enum Change {
        NONE(""),
        /** The table {@code order} has another column than at first. */
        COLUMN("drift-column"),
        /** A number of it has become a text. */
        TYPE("retype-column"),
        /** No table tells how many rows it has. */
        COUNT("no-count"),
        /** Rows cannot be grouped. */
        GROUPS("no-grouping"),
        /** The last of the generated tables cannot be seen, as if somebody had taken the right to it. */
        TABLE("hidden-table");

        /** With which it has. */
        final String fault;

        Change(String fault) {
            this.fault = fault;
        }
    }

    SchemaMaker(SandboxOptions options, Change change, DataFetcher<?> owner, DataFetcher<?> connection,
            DataFetcher<?> customers, DataFetcher<?> companies, Writes writes) {
        this.options = change == Change.TABLE ? options.withTables(options.tables() - 1) : options;
        this.writes = writes;
        this.owner = owner;
        this.connection = connection;
        this.customers = customers;
        this.companies = companies;
        scalars.put("Int", Scalars.GraphQLInt);
        scalars.put("String", Scalars.GraphQLString);
        scalars.put("Boolean", Scalars.GraphQLBoolean);
        this.change = change;
        scalars.put("DateTime",
                GraphQLScalarType.newScalar().name("DateTime").coercing(new Verbatim(options.stamps())).build());
        for (String name : List.of("Long", "Short", "Decimal", "Date", "Time")) {
            scalars.put(name, GraphQLScalarType.newScalar().name(name).coercing(new Verbatim("blank")).build());
        }
    }

    GraphQLSchema make() {
        var pageInfo = newObject().name("PageInfo").field(field("hasNextPage", Scalars.GraphQLBoolean))
                .field(field("hasPreviousPage", Scalars.GraphQLBoolean))
                .field(field("startCursor", Scalars.GraphQLString)).field(field("endCursor", Scalars.GraphQLString))
                .build();
        GraphQLObjectType.Builder useCompany = newObject().name("Query_UseCompany");
        GraphQLObjectType.Builder useCustomer = newObject().name("Query_UseCustomer");
        var direction = GraphQLEnumType.newEnum().name("SortOrder").value("ASC", "ASC").value("DESC", "DESC").build();
        var groups = new GroupSchema(scalars, code, direction);
        for (TableModel table : options.allTables()) {
            String root = table.system() ? "Query_UseCustomer" : "Query_UseCompany";
            String type = root + "_" + table.rowType() + "_Connection";
            var selectable = newObject().name(type).field(field("pageInfo", pageInfo))
                    .field(field("items", list(rowType(table, groups))));
            if (change != Change.COUNT) {
                selectable.field(field("totalCount", Scalars.GraphQLInt));
            }
            var page = selectable.build();
            code.dataFetcher(at(type, "totalCount"),
                    (DataFetcher<?>) env -> ((Connection) env.getSource()).totalCount());
            code.dataFetcher(at(type, "pageInfo"), (DataFetcher<?>) env -> ((Connection) env.getSource()).pageInfo());
            code.dataFetcher(at(type, "items"), (DataFetcher<?>) env -> ((Connection) env.getSource()).items());
            code.dataFetcher(at(root, table.name()), connection);
            GraphQLInputObjectType.Builder orderBy = newInputObject().name("OrderBy_" + table.rowType());
            columns(table).forEach(column -> orderBy.field(newInputObjectField().name(column.name()).type(direction)));
            if (change != Change.GROUPS) {
                groups.addTo(orderBy, table, columns(table));
            }
            GraphQLInputObjectType order = orderBy.build();
            var rows = newFieldDefinition().name(table.name()).type(page)
                    .argument(argument("first", Scalars.GraphQLInt)).argument(argument("last", Scalars.GraphQLInt))
                    .argument(argument("skip", Scalars.GraphQLInt)).argument(argument("after", Scalars.GraphQLString))
                    .argument(argument("before", Scalars.GraphQLString)).argument(argument("filter", filterType(table)))
                    .argument(argument("orderBy", list(order))).argument(argument("sortOrder", list(order)))
                    .argument(argument("unoptimized", Scalars.GraphQLBoolean));
            if (change != Change.GROUPS) {
                rows.argument(argument("groupBy", list(groups.groupBy(table, columns(table)))))
                        .argument(argument("having", groups.having(table, columns(table), this::operators)));
            }
            (table.system() ? useCustomer : useCompany).field(rows.build());
        }
        GraphQLObjectType customer = newObject().name("AvailableCustomer").field(field("name", Scalars.GraphQLString))
                .field(field("organizationNo", Scalars.GraphQLString))
                .field(field("vismaNetCustomerId", Scalars.GraphQLInt)).build();
        GraphQLObjectType company = newObject().name("AvailableCompany").field(field("name", Scalars.GraphQLString))
                .field(field("organizationNo", Scalars.GraphQLString))
                .field(field("vismaNetCompanyId", Scalars.GraphQLInt))
                .field(field("vismaNetCustomerId", Scalars.GraphQLInt)).build();
        var query = newObject().name("Query")
                .field(newFieldDefinition().name("useCompany").type(useCompany)
                        .argument(argument("no", Scalars.GraphQLInt)))
                .field(newFieldDefinition().name("useCustomer").type(useCustomer)
                        .argument(argument("no", Scalars.GraphQLInt)))
                .field(newFieldDefinition().name("availableCustomers").type(listing("AvailableCustomers", customer))
                        .argument(argument("first", Scalars.GraphQLInt)).argument(argument("last", Scalars.GraphQLInt)))
                .field(newFieldDefinition().name("availableCompanies").type(listing("AvailableCompanies", company))
                        .argument(argument("customerNo", Scalars.GraphQLInt))
                        .argument(argument("first", Scalars.GraphQLInt))
                        .argument(argument("last", Scalars.GraphQLInt)));
        new ModelSchema(code, options.model()).addTo(query);
        for (String root : List.of("useCompany", "useCustomer")) {
            code.dataFetcher(at("Query", root), owner);
        }
        code.dataFetcher(at("Query", "availableCustomers"), customers);
        code.dataFetcher(at("Query", "availableCompanies"), companies);
        var mutation = new MutationSchema(options, scalars, code, writes, owner).make();
        return GraphQLSchema.newSchema().query(query.build()).mutation(mutation).codeRegistry(code.build()).build();
    }

    private static GraphQLObjectType listing(String name, GraphQLObjectType item) {
        return newObject().name(name).field(field("totalCount", Scalars.GraphQLInt)).field(field("items", list(item)))
                .build();
    }

    private String scalar(TableModel table, ColumnModel column) {
        return change == Change.TYPE && table.name().equals("order") && column.name().equals("externalId")
                ? "String"
                : column.kind().scalar;
    }

    private GraphQLObjectType rowType(TableModel table, GroupSchema groups) {
        GraphQLObjectType.Builder row = newObject().name(table.rowType());
        for (ColumnModel column : columns(table)) {
            row.field(newFieldDefinition().name(column.name()).type(scalars.get(scalar(table, column))).description(
                    options.describesKeys() && table.key().contains(column.name()) ? "Unique identifier." : ""));
            code.dataFetcher(at(table.rowType(), column.name()), (LightDataFetcher<?>) light(row_ -> row_.get(column)));
            GraphQLOutputType companion = switch (column.kind()) {
                case DATE -> scalars.get("Date");
                case TIME, PRECISION_TIME -> scalars.get("Time");
                case ENUM -> enumeration(table, column, TableModel.ENUM_NAMES);
                case FLAGS -> list(enumeration(table, column, TableModel.FLAG_NAMES.values().toArray(String[]::new)));
                default -> null;
            };
            if (companion != null) {
                row.field(field(column.companion(), companion));
                code.dataFetcher(at(table.rowType(), column.companion()),
                        (LightDataFetcher<?>) light(row_ -> row_.companion(column)));
            }
        }
        if (table.children() != null) {
            TableModel child = Data.table(table.children());
            String join = "joindown_" + child.rowType() + "_via_" + table.rowType();
            row.field(
                    newFieldDefinition().name(join).type(typeRef("Query_UseCompany_" + child.rowType() + "_Connection"))
                            .argument(argument("first", Scalars.GraphQLInt)));
            code.dataFetcher(at(table.rowType(), join), writes.children(table, child));
        } else if (table.name().equals("orderLine")) {
            row.field(field("joinup_Order", typeRef("Order")));
        }
        if (change != Change.GROUPS) {
            groups.addTo(row, table, columns(table));
        }
        return row.build();
    }

    private List<ColumnModel> columns(TableModel table) {
        return table.shownColumns().stream().filter(column -> !table.name().equals("order")
                || !column.name().equals(change == Change.COLUMN ? "information6" : "information7")).toList();
    }

    private GraphQLEnumType enumeration(TableModel table, ColumnModel column, String[] names) {
        GraphQLEnumType.Builder type = GraphQLEnumType.newEnum().name(table.rowType() + "_" + column.companion());
        for (String name : names) {
            type.value(name, name);
        }
        return type.build();
    }

    private GraphQLInputType filterType(TableModel table) {
        String name = "FilterExpression_" + table.rowType();
        GraphQLInputObjectType.Builder filter = newInputObject().name(name)
                .field(newInputObjectField().name("_and").type(list(typeRef(name))))
                .field(newInputObjectField().name("_or").type(list(typeRef(name))));
        var made = new TreeSet<String>();
        for (ColumnModel column : columns(table)) {
            String scalar = column.kind().scalar;
            filter.field(newInputObjectField().name(column.name())
                    .type(made.add(scalar) && !operators.containsKey(scalar)
                            ? operators(scalar)
                            : typeRef("Operators_" + scalar)));
        }
        return filter.build();
    }

    private final Map<String, GraphQLInputObjectType> operators = new HashMap<>();

    private GraphQLInputObjectType operators(String scalar) {
        return operators.computeIfAbsent(scalar, each -> {
            GraphQLInputObjectType.Builder type = newInputObject().name("Operators_" + scalar);
            OPERATORS.forEach(operator -> type.field(newInputObjectField().name(operator).type(scalars.get(scalar))));
            type.field(newInputObjectField().name("_in").type(list(scalars.get(scalar))));
            type.field(newInputObjectField().name("_not_in").type(list(scalars.get(scalar))));
            type.field(newInputObjectField().name("_is_not_null").type(Scalars.GraphQLBoolean));
            if (scalar.equals("String")) {
                type.field(newInputObjectField().name("_like").type(Scalars.GraphQLString));
            }
            return type.build();
        });
    }

    private static LightDataFetcher<Object> light(java.util.function.Function<Row, Object> value) {
        return new LightDataFetcher<>() {
            @Override
            public Object get(graphql.schema.GraphQLFieldDefinition field, Object source,
                    java.util.function.Supplier<graphql.schema.DataFetchingEnvironment> environment) {
                return value.apply((Row) source);
            }

            @Override
            public Object get(graphql.schema.DataFetchingEnvironment environment) {
                return value.apply(environment.getSource());
            }
        };
    }

    private static graphql.schema.GraphQLFieldDefinition field(String name, GraphQLOutputType type) {
        return newFieldDefinition().name(name).type(type).build();
    }

    private static graphql.schema.GraphQLArgument argument(String name, GraphQLInputType type) {
        return newArgument().name(name).type(type).build();
    }

    private static FieldCoordinates at(String type, String field) {
        return FieldCoordinates.coordinates(type, field);
    }

    static String name(graphql.schema.GraphQLType type) {
        return ((GraphQLNamedType) type).getName();
    }
}
