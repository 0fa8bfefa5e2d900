package dev.nxtsync.sandbox;

import static graphql.schema.GraphQLArgument.newArgument;
import static graphql.schema.GraphQLFieldDefinition.newFieldDefinition;
import static graphql.schema.GraphQLInputObjectField.newInputObjectField;
import static graphql.schema.GraphQLInputObjectType.newInputObject;
import static graphql.schema.GraphQLList.list;
import static graphql.schema.GraphQLNonNull.nonNull;
import static graphql.schema.GraphQLObjectType.newObject;
import static graphql.schema.GraphQLTypeReference.typeRef;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import graphql.Scalars;
import graphql.schema.DataFetcher;
import graphql.schema.FieldCoordinates;
import graphql.schema.GraphQLCodeRegistry;
import graphql.schema.GraphQLEnumType;
import graphql.schema.GraphQLInputObjectType;
import graphql.schema.GraphQLInputType;
import graphql.schema.GraphQLNamedType;
import graphql.schema.GraphQLObjectType;
import graphql.schema.GraphQLScalarType;

/** The part of the schema that changes company tables, with the documented names. */
final class MutationSchema {
    /** Columns that only the server writes. */
    static final Set<String> UTILITY = Set.of("createdDate", "createdTime", "createdByUser", "changedDate",
            "changedTime", "changedByUser", "createdTimestamp", "changedTimestamp");
    private static final List<String> WRITABLE = List.of("associate", "product", "order", "orderLine",
            "generalLedgerAccount", "batch", "voucher");

    private final SandboxOptions options;
    private final Map<String, GraphQLScalarType> scalars;
    private final GraphQLCodeRegistry.Builder code;
    private final Writes writes;
    private final DataFetcher<?> owner;

    MutationSchema(SandboxOptions options, Map<String, GraphQLScalarType> scalars, GraphQLCodeRegistry.Builder code,
            Writes writes, DataFetcher<?> owner) {
        this.options = options;
        this.scalars = scalars;
        this.code = code;
        this.writes = writes;
        this.owner = owner;
    }

    GraphQLObjectType make() {
        var company = newObject().name("Mutation_UseCompany");
        var onError = GraphQLEnumType.newEnum().name("OnError").value("FAIL_TABLE", "FAIL_TABLE").build();
        var writable = Stream
                .concat(WRITABLE.stream().map(Data::table), GeneratedTables.first(options.tables()).stream()).toList();
        for (TableModel table : writable) {
            String name = table.name();
            String filter = "FilterExpression_" + table.rowType();
            GraphQLInputObjectType input = input(table, "", table.isNumbered() ? last(table.key()) : List.of());
            GraphQLInputType changed = options.inputs().equals("two")
                    ? input(table, "Update_", table.key())
                    : typeRef(name(input));
            var result = newObject().name("Mutation_UseCompany_" + table.rowType() + "_Result")
                    .field(newFieldDefinition().name("affectedRows").type(Scalars.GraphQLInt))
                    .field(newFieldDefinition().name("items").type(list(typeRef(table.rowType())))).build();
            company.field(newFieldDefinition().name(name + "_create").type(result)
                    .argument(argument("values", nonNull(list(nonNull(input)))))
                    .argument(argument("onError", onError)));
            company.field(newFieldDefinition().name(name + "_update").type(result)
                    .argument(argument("filter", typeRef(filter))).argument(argument("value", changed))
                    .argument(argument("filters", list(typeRef(filter))))
                    .argument(argument("values", list(nonNull(typeRef(name(changed))))))
                    .argument(argument("onError", onError)));
            company.field(newFieldDefinition().name(name + "_delete").type(result)
                    .argument(argument("filter", typeRef(filter))));
            code.dataFetcher(at("Mutation_UseCompany", name + "_create"), writes.create(table));
            code.dataFetcher(at("Mutation_UseCompany", name + "_update"), writes.update(table));
            code.dataFetcher(at("Mutation_UseCompany", name + "_delete"), writes.delete(table));
        }
        GraphQLInputObjectType args = newInputObject().name("Order_Finish_Args")
                .field(newInputObjectField().name("finishType").type(Scalars.GraphQLInt)).build();
        processing(company, "order", "finish", args, "OrderFinish");
        processing(company, "batch", "updateBatch", null, "BatchUpdateBatch");
        var mutation = newObject().name("Mutation").field(
                newFieldDefinition().name("useCompany").type(company).argument(argument("no", Scalars.GraphQLInt)))
                .build();
        code.dataFetcher(at("Mutation", "useCompany"), owner);
        return mutation;
    }

    private void processing(GraphQLObjectType.Builder company, String name, String processing,
            GraphQLInputObjectType args, String resultName) {
        TableModel table = Data.table(name);
        var result = newObject().name("Mutation_" + resultName + "_Result")
                .field(newFieldDefinition().name("succeeded").type(Scalars.GraphQLBoolean)).build();
        var field = newFieldDefinition().name(processing).type(result)
                .argument(argument("filter", typeRef("FilterExpression_" + table.rowType())));
        if (args != null) {
            field.argument(argument("args", args));
        }
        String type = table.rowType() + "Processings";
        company.field(
                newFieldDefinition().name(name + "_processings").type(newObject().name(type).field(field).build()));
        code.dataFetcher(at("Mutation_UseCompany", name + "_processings"),
                (DataFetcher<?>) environment -> environment.getSource());
        code.dataFetcher(at(type, processing), writes.process(table));
    }

    private static List<String> last(List<String> key) {
        return key.subList(key.size() - 1, key.size());
    }

    /** All columns but those that are not given, such as the server's number, and those that only it writes. */
    private GraphQLInputObjectType input(TableModel table, String what, List<String> notGiven) {
        var input = newInputObject().name(table.rowType() + "_" + what + "Input");
        for (ColumnModel column : table.shownColumns()) {
            if (UTILITY.contains(column.name()) || GeneratedTables.isNotStored(table, column)
                    || notGiven.contains(column.name())) {
                continue;
            }
            input.field(newInputObjectField().name(column.name()).type(scalars.get(column.kind().scalar)));
            if (column.kind() == ColumnModel.Kind.ENUM) {
                input.field(newInputObjectField().name(column.companion())
                        .type(typeRef(table.rowType() + "_" + column.companion())));
            }
        }
        if (table.children() != null) {
            TableModel child = Data.table(table.children());
            input.field(
                    newInputObjectField().name(table.children() + "s").type(list(typeRef(child.rowType() + "_Input"))));
        }
        return input.build();
    }

    private static String name(GraphQLInputType type) {
        return ((GraphQLNamedType) type).getName();
    }

    private static graphql.schema.GraphQLArgument argument(String name, graphql.schema.GraphQLType type) {
        return newArgument().name(name).type((GraphQLInputType) type).build();
    }

    private static FieldCoordinates at(String type, String field) {
        return FieldCoordinates.coordinates(type, field);
    }
}
