package dev.nxtsync.sandbox;

import static graphql.schema.GraphQLArgument.newArgument;
import static graphql.schema.GraphQLFieldDefinition.newFieldDefinition;
import static graphql.schema.GraphQLList.list;
import static graphql.schema.GraphQLObjectType.newObject;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

import graphql.Scalars;
import graphql.schema.DataFetcher;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLFieldDefinition;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;

/** The field {@code useModel}, which tells what tables and columns are called. It has no Finnish. */
record ModelSchema(GraphQLCodeRegistry.Builder code, String told) {
    private static final String MODEL = "Query_UseModel";

    void addTo(GraphQLObjectType.Builder query) {
        if (told.equals("none")) {
            return;
        }
        var language = GraphQLEnumType.newEnum().name("ModelLanguage");
        List.of("ENGLISH", "NORWEGIAN", "SWEDISH", "DANISH").forEach(each -> language.value(each, each));
        GraphQLObjectType.Builder model = newObject().name(MODEL)
                .field(entities("tables", "ModelTable", "databaseType"));
        code.dataFetcher(at(MODEL, "tables"), (DataFetcher<?>) env -> IntStream.range(0, TableModel.ALL.size())
                .mapToObj(i -> entity(i, TableModel.ALL.get(i).rowType(), env.getSource())).toList());
        if (told.equals("columns")) {
            model.field(entities("columns", "ModelColumn", "dataType"));
            code.dataFetcher(at(MODEL, "columns"), (DataFetcher<?>) env -> {
                int table = env.<Integer>getArgument("tableNo") - 1;
                return TableModel.ALL.get(table).columns().stream()
                        .map(column -> entity(table,
                                column.name().substring(0, 1).toUpperCase(Locale.ROOT) + column.name().substring(1),
                                env.getSource()))
                        .toList();
            });
        }
        query.field(newFieldDefinition().name("useModel").type(model)
                .argument(newArgument().name("lang").type(language.build())));
        code.dataFetcher(at("Query", "useModel"), (DataFetcher<?>) env -> env.getArgument("lang"));
    }

    private static Map<String, Object> entity(int table, String identifier, String language) {
        return Map.of("tableNo", table + 1, "identifier", identifier, "name",
                identifier.replaceAll("(?<=.)(?=[A-Z])", " ") + " in " + language);
    }

    private static GraphQLFieldDefinition entities(String name, String type, String more) {
        return newFieldDefinition().name(name)
                .type(list(newObject().name(type).field(field("tableNo", Scalars.GraphQLInt))
                        .field(field("identifier", Scalars.GraphQLString)).field(field("name", Scalars.GraphQLString))
                        .field(field(more, Scalars.GraphQLString)).build()))
                .argument(newArgument().name("tableNo").type(Scalars.GraphQLInt)).build();
    }

    private static GraphQLFieldDefinition field(String name, GraphQLScalarType type) {
        return newFieldDefinition().name(name).type(type).build();
    }

    private static FieldCoordinates at(String type, String field) {
        return FieldCoordinates.coordinates(type, field);
    }
}
