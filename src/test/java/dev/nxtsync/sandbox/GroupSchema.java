package dev.nxtsync.sandbox;

import static graphql.schema.GraphQLFieldDefinition.newFieldDefinition;
import static graphql.schema.GraphQLInputObjectField.newInputObjectField;
import static graphql.schema.GraphQLInputObjectType.newInputObject;
import static graphql.schema.GraphQLObjectType.newObject;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.nxtsync.sandbox.ColumnModel.Kind;
import graphql.schema.DataFetcher;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;

/** The part of the schema that groups rows, and adds them up. */
final class GroupSchema {
    static final String AGGREGATES = "aggregates";
    private static final Set<Kind> SUMMED = Set.of(Kind.INT, Kind.SHORT, Kind.LONG, Kind.DECIMAL);
    private static final List<String> COUNTS = List.of("count", "countDistinct");
    private static final List<String> SUMS = List.of("sum", "sumDistinct", "average");
    private static final List<String> BOUNDS = List.of("minimum", "maximum");

    private final Map<String, GraphQLScalarType> scalars;
    private final GraphQLCodeRegistry.Builder code;
    private final GraphQLEnumType direction;
    private final GraphQLEnumType grouped = GraphQLEnumType.newEnum().name("GroupBy").value("DEFAULT", "DEFAULT")
            .build();

    GroupSchema(Map<String, GraphQLScalarType> scalars, GraphQLCodeRegistry.Builder code, GraphQLEnumType direction) {
        this.scalars = scalars;
        this.code = code;
        this.direction = direction;
    }

    GraphQLInputObjectType groupBy(TableModel table, List<ColumnModel> columns) {
        GraphQLInputObjectType.Builder type = newInputObject().name("GroupBy_" + table.rowType());
        columns.forEach(column -> type.field(newInputObjectField().name(column.name()).type(grouped)));
        return type.build();
    }

    /** @param operators the type of what a value of a scalar is compared with */
    GraphQLInputObjectType having(TableModel table, List<ColumnModel> columns,
            Function<String, GraphQLInputType> operators) {
        GraphQLInputObjectType.Builder type = newInputObject().name("Having_" + table.rowType());
        for (String function : functions(columns, List.of("count", "sum", "minimum", "maximum"))) {
            var aggregated = newInputObject().name("Having_" + table.rowType() + "_" + function);
            aggregated(function, columns).forEach(column -> aggregated
                    .field(newInputObjectField().name(column.name()).type(operators.apply(scalar(function, column)))));
            type.field(newInputObjectField().name("_" + function).type(aggregated.build()));
        }
        return type.build();
    }

    /** Directions by aggregate, beside those by column. */
    void addTo(GraphQLInputObjectType.Builder orderBy, TableModel table, List<ColumnModel> columns) {
        for (String function : functions(columns, List.of("count", "sum", "minimum", "maximum"))) {
            var aggregated = newInputObject().name("OrderBy_" + table.rowType() + "_" + function);
            aggregated(function, columns)
                    .forEach(column -> aggregated.field(newInputObjectField().name(column.name()).type(direction)));
            orderBy.field(newInputObjectField().name("_" + function).type(aggregated.build()));
        }
    }

    /** The field of a row, which is that of a group then. */
    void addTo(GraphQLObjectType.Builder row, TableModel table, List<ColumnModel> columns) {
        String name = table.rowType() + "_Aggregates";
        GraphQLObjectType.Builder aggregates = newObject().name(name);
        for (String function : functions(columns,
                List.of("count", "countDistinct", "sum", "sumDistinct", "average", "minimum", "maximum"))) {
            String inner = name + "_" + function;
            GraphQLObjectType.Builder values = newObject().name(inner);
            for (ColumnModel column : aggregated(function, columns)) {
                values.field(newFieldDefinition().name(column.name()).type(scalars.get(scalar(function, column))));
                code.dataFetcher(FieldCoordinates.coordinates(inner, column.name()),
                        (DataFetcher<?>) env -> ((Group) env.getSource()).aggregate(function, column));
            }
            aggregates.field(newFieldDefinition().name(function).type(values.build()));
            code.dataFetcher(FieldCoordinates.coordinates(name, function), (DataFetcher<?>) env -> env.getSource());
        }
        row.field(newFieldDefinition().name(AGGREGATES).type(aggregates.build()));
        code.dataFetcher(FieldCoordinates.coordinates(table.rowType(), AGGREGATES),
                (DataFetcher<?>) env -> ((Row) env.getSource()).written().get(AGGREGATES));
    }

    /** Those that there is a column for. */
    private static List<String> functions(List<ColumnModel> columns, List<String> all) {
        return all.stream().filter(function -> !aggregated(function, columns).isEmpty()).toList();
    }

    private static List<ColumnModel> aggregated(String function, List<ColumnModel> columns) {
        return SUMS.contains(function)
                ? columns.stream().filter(column -> SUMMED.contains(column.kind())).toList()
                : columns;
    }

    private static String scalar(String function, ColumnModel column) {
        if (COUNTS.contains(function)) {
            return "Int";
        }
        return BOUNDS.contains(function) ? column.kind().scalar : "Decimal";
    }
}
