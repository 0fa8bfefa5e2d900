package dev.nxtsync.graphql;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.graphql.Field.Order;
import dev.nxtsync.graphql.Field.Variable;
import dev.nxtsync.tenant.Tenant;
import graphql.language.Argument;
import graphql.language.ArrayValue;
import graphql.language.AstPrinter;
import graphql.language.EnumValue;
import graphql.language.ObjectField;
import graphql.language.ObjectValue;
import graphql.language.OperationDefinition;
import graphql.language.SelectionSet;
import graphql.language.Value;
import graphql.language.VariableReference;
import graphql.parser.Parser;

/** What a document is made of is what a parser finds in it. */
class WrittenDocumentTest {
    private static final String LETTERS = "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final List<String> TYPES = List.of("Int", "Int!", "[Order_Input!]!", "[[X]!]", "FilterExpression_Y");

    private final Random random = new Random(27);
    private int made;

    @Test
    void aParserFindsInADocumentWhatItWasMadeOf() {
        for (int i = 0; i < 2_000; i++) {
            var fields = IntStream.rangeClosed(0, random.nextInt(4)).mapToObj(each -> field(3)).toList();
            Question question = ask(random.nextInt(3), fields);
            var operation = (OperationDefinition) new Parser().parseDocument(question.document()).getDefinitions()
                    .get(0);
            assertThat(operation.getName()).isEqualTo("name_of_it");
            assertThat(operation.getOperation()).isEqualTo(
                    question.changes() ? OperationDefinition.Operation.MUTATION : OperationDefinition.Operation.QUERY);
            var root = operation.getSelectionSet();
            var declared = new LinkedHashMap<String, String>();
            operation.getVariableDefinitions()
                    .forEach(each -> declared.put(each.getName(), AstPrinter.printAst(each.getType())));
            var variables = fields.stream().flatMap(Field::variables).toList();
            if (question.tenant().isPresent()) {
                var owner = (graphql.language.Field) root.getSelections().get(0);
                assertThat(owner.getName()).isEqualTo("useCompany");
                assertThat(owner.getArguments()).extracting(each -> text(each.getValue())).containsExactly("$owner");
                assertThat(declared.remove("owner")).isEqualTo("Int!");
                assertThat(Objects.requireNonNull(question.variables().get("owner"))).isEqualTo(7);
                assertThat(operation.getSelectionSet().getSelections()).hasSize(1);
                root = owner.getSelectionSet();
                assertThat(question.document().lines().skip(1).limit(fields.size())).as("each has its line")
                        .containsExactlyElementsOf(fields.stream().map(each -> each.text(" ")).toList());
            }
            assertThat(read(root)).isEqualTo(fields.stream().map(WrittenDocumentTest::text).collect(joining(";")));
            assertThat(declared).hasSize(variables.size());
            assertThat(variables).allSatisfy(each -> {
                assertThat(declared).containsEntry(each.name(), each.type());
                assertThat(Objects.requireNonNull(question.variables().get(each.name()))).isSameAs(each.value());
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\n", "1a", "å", "a){b}", "a-b", "a:b", "$a", "\"a\"", "a#", "a,b", "\u0000"})
    void whatIsNoNameCannotStandAnywhere(String text) {
        Field field = Field.of("a");
        List<Runnable> ways = List.of(() -> Field.of(text), () -> Field.of("a", text), () -> field.as(text),
                () -> field.with(text, new Variable("a", "A", 1)), () -> new Variable(text, "A", 1),
                () -> new Variable("a", text, 1), () -> new Variable("a", "[" + text + "]!", 1),
                () -> new Order(List.of("a", text), false), () -> Question.query(text, List.of(field)));
        assertThat(ways).allSatisfy(way -> assertThatThrownBy(way::run).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("what is no GraphQL name cannot stand in a document"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A!!", "[A", "A]", "[A]]", "[]", "!", "[A] b"})
    void aTypeIsANameInListsOnly(String type) {
        assertThatThrownBy(() -> new Variable("a", type, 1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoValuesCannotHaveOneName() {
        var twice = List.of(Field.of("a").with("x", new Variable("v", "Int", 1)),
                Field.of("b").with("x", new Variable("v", "Int", 2)));
        assertThatThrownBy(() -> Question.query("q", twice)).hasMessage("two variables have the name v");
    }

    private static Question ask(int way, List<Field> fields) {
        return switch (way) {
            case 0 -> Question.query("name_of_it", fields);
            case 1 -> Question.query("name_of_it", Tenant.company(7), true, fields);
            default -> Question.mutation("name_of_it", Tenant.company(7), fields);
        };
    }

    private Field field(int depth) {
        var field = Field.of(name());
        if (random.nextBoolean()) {
            field = field.as(name());
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            field = field.with(name(), random.nextInt(3) == 0
                    ? new Order(names(), random.nextBoolean())
                    : new Variable("v" + made++, TYPES.get(random.nextInt(TYPES.size())), "\") { x } #" + made));
        }
        if (depth == 0 || random.nextInt(3) == 0) {
            return field;
        }
        var below = new ArrayList<Field>();
        for (int i = random.nextInt(4); i > 0; i--) {
            below.add(field(depth - 1));
        }
        return field.and(below);
    }

    private List<String> names() {
        return IntStream.rangeClosed(0, random.nextInt(3)).mapToObj(each -> name()).toList();
    }

    /** Some are words of GraphQL, which are names like others. */
    private String name() {
        if (random.nextInt(10) == 0) {
            return List.of("query", "mutation", "on", "fragment", "type", "__type").get(random.nextInt(6));
        }
        String letters = LETTERS + "0123456789";
        return LETTERS.charAt(random.nextInt(LETTERS.length())) + IntStream.range(0, random.nextInt(12))
                .mapToObj(each -> letters.substring(each, each + 1 + random.nextInt(3))).collect(joining());
    }

    private static String text(Field field) {
        return field.alias() + "=" + field.name()
                + field.arguments().entrySet().stream().map(each -> each.getKey() + "=" + text(each.getValue()))
                        .toList()
                + "{" + field.fields().stream().map(WrittenDocumentTest::text).collect(joining(";")) + "}";
    }

    private static String text(Field.Argument argument) {
        return argument instanceof Order order
                ? order.columns().stream().map(each -> Map.of(each, order.descending() ? "DESC" : "ASC")).toList()
                        .toString()
                : "$" + ((Variable) argument).name();
    }

    private static String read(@org.jspecify.annotations.Nullable SelectionSet selections) {
        return selections == null
                ? ""
                : selections.getSelectionsOfType(graphql.language.Field.class).stream()
                        .map(each -> (each.getAlias() == null ? each.getName() : each.getAlias()) + "=" + each.getName()
                                + each.getArguments().stream().map(WrittenDocumentTest::read).toList() + "{"
                                + read(each.getSelectionSet()) + "}")
                        .collect(joining(";"));
    }

    private static String read(Argument argument) {
        return argument.getName() + "=" + text(argument.getValue());
    }

    private static String text(Value<?> value) {
        if (value instanceof VariableReference variable) {
            return "$" + variable.getName();
        }
        return ((ArrayValue) value).getValues().stream().map(each -> {
            ObjectField only = ((ObjectValue) each).getObjectFields().get(0);
            return Map.of(only.getName(), ((EnumValue) only.getValue()).getName());
        }).toList().toString();
    }
}
