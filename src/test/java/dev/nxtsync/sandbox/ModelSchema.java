package dev.nxtsync.sandbox;

import static graphql.schema.GraphQLArgument.newArgument;
import static graphql.schema.GraphQLFieldDefinition.newFieldDefinition;
import static graphql.schema.GraphQLList.list;
import static graphql.schema.GraphQLObjectType.newObject;

import java.util.ArrayList;
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

/**
 * The field {@code useModel}, which tells what tables and columns are called, and values of enumerations, which are members of
 * domains. One domain has other members than the schema. It has no Finnish.
 */
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
        if (!told.equals("tables")) {
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
        if (told.endsWith("domains")) {
            addDomains(model);
        }
        query.field(newFieldDefinition().name("useModel").type(model)
                .argument(newArgument().name("lang").type(language.build())));
        code.dataFetcher(at("Query", "useModel"), (DataFetcher<?>) env -> env.getArgument("lang"));
    }

    /** Either each by its number, or all at once: then their names begin with a small letter, and members are called otherwise. */
    private void addDomains(GraphQLObjectType.Builder model) {
        boolean isByNumber = told.equals("domains");
        String members = isByNumber ? "members" : "domainMembers";
        var domains = newFieldDefinition().name("domains").type(list(newObject().name("ModelDomain")
                .field(field("domainNo", Scalars.GraphQLInt)).field(field("identifier", Scalars.GraphQLString))
                .field(field("name", Scalars.GraphQLString))
                .field(newFieldDefinition().name("formats").type(list(Scalars.GraphQLString)))
                .field(newFieldDefinition().name(members)
                        .type(list(newObject().name("ModelDomainMember").field(field("memberNo", Scalars.GraphQLInt))
                                .field(field("identifier", Scalars.GraphQLString))
                                .field(field("name", Scalars.GraphQLString)).build())))
                .build()));
        if (isByNumber) {
            domains.argument(newArgument().name("domainNo").type(Scalars.GraphQLInt));
        }
        model.field(domains.build());
        code.dataFetcher(at(MODEL, "domains"), (DataFetcher<?>) env -> {
            Integer number = isByNumber ? env.getArgument("domainNo") : null;
            return domains(env.getSource(), members, isByNumber).stream()
                    .filter(domain -> number == null || number.equals(domain.get("domainNo"))).toList();
        });
    }

    private static List<Map<String, Object>> domains(String language, String members, boolean isCapital) {
        var domains = new ArrayList<Map<String, Object>>();
        for (TableModel table : TableModel.ALL) {
            for (ColumnModel column : table.columns()) {
                var names = switch (column.kind()) {
                    case ENUM -> List.of(TableModel.ENUM_NAMES);
                    case FLAGS -> List.copyOf(TableModel.FLAG_NAMES.values());
                    default -> List.<String>of();
                };
                if (!names.isEmpty()) {
                    String type = table.rowType() + "_" + column.companion();
                    String identifier = isCapital ? type : table.name() + "_" + column.companion();
                    int first = column.name().equals("productType") ? 1 : 0;
                    domains.add(
                            Map.of("domainNo", 1_000 + domains.size(), "identifier", identifier, "name",
                                    type + " in " + language, "formats", List.of(), members,
                                    IntStream
                                            .range(first, names.size()).mapToObj(i -> Map.of("memberNo", 77 + i,
                                                    "identifier", names.get(i), "name", words(names.get(i), language)))
                                            .toList()));
                }
            }
        }
        return domains;
    }

    private static String words(String identifier, String language) {
        return identifier.replaceAll("(?<=.)(?=[A-Z])", " ") + " in " + language;
    }

    private static Map<String, Object> entity(int table, String identifier, String language) {
        return Map.of("tableNo", table + 1, "identifier", identifier, "name", words(identifier, language));
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
