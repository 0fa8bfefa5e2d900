package dev.nxtsync.graphql.schema;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClientFixture;
import dev.nxtsync.graphql.Question;

class DomainsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ITEM = "'identifier': 'String', 'name': 'String'";

    /** Fields of types, by name; a type in brackets is a list, and what follows a field's name are its arguments. */
    private final Map<String, String> types = new TreeMap<>(Map.of("Query", "{'useModel(lang: Lang)': 'M'}", "M",
            "{'domains(identifier: String, domainNo: Int)': '[D]'}", "D",
            "{'domainNo': 'Int', " + ITEM + ", 'members': '[E]', 'columns': '[C]', 'formats': '[F]'}", "E",
            "{'value': 'Int', " + ITEM + "}", "C", "{" + ITEM + "}", "F", "{'name': 'String'}"));
    private String domains = domain("type", "'a', 'b'");
    private int most = 1_000;
    /** What no answer comes for. */
    private String refused = "";
    private final List<Question> asked = new ArrayList<>();

    @Test
    void membersAreTheListThatIsCalledSoAndOneDomainIsAskedForByItsIdentifier() {
        assertThat(texts("Type", "A", "b")).isEqualTo(Map.of("Type", Map.of("A", "a in ENGLISH", "b", "b in ENGLISH")));
        assertThat(last().document())
                .contains("domains0: domains(identifier: $en0) { identifier members { identifier name } }");
        assertThat(last().variables().get("en0")).hasToString("\"type\"");
    }

    @Test
    void amongSeveralListsOfWhichNoneIsCalledMembersNoneIsChosen() {
        types.put("D", "{" + ITEM + ", 'columns': '[C]', 'values': '[E]'}");
        assertThat(texts("Type", "a")).isEmpty();
    }

    @Test
    void withoutOneArgumentThatTellsDomainsApartInAllLanguagesAllAreReadAtOnce() {
        types.put("D", "{'domainNo': 'Int', 'code': 'String', " + ITEM + ", 'members': '[E]'}");
        for (String arguments : List.of("domainNo: Int, code: String", "name: String")) {
            types.put("M", "{'domains(" + arguments + ")': '[D]'}");
            assertThat(texts("Type", "a")).containsOnlyKeys("Type");
            assertThat(last().document()).contains("domains {").doesNotContain("domains0");
        }
    }

    @Test
    void ofTwoDomainsOrMembersThatAreAlikeNeitherIsTaken() {
        domains = domain("Type", "'a'") + ", " + domain("type", "'a'");
        assertThat(texts("Type", "a")).isEmpty();
        domains = domain("Type", "'a', 'A'");
        assertThat(texts("Type", "a")).isEmpty();
    }

    @Test
    void aDomainOfAnotherNameOrWithoutOneOfTheValuesIsNotTaken() {
        assertThat(texts("Types", "a")).isEmpty();
        assertThat(texts("Type", "a", "c")).isEmpty();
    }

    @Test
    void whereTheModelHasNoDomainsOrNoneOfTheLanguagesNothingMoreIsAsked() {
        assertThat(new Domains(NxtClientFixture.answering(this::answer)).texts("main", Map.of("Type", Map.of("a", "")),
                List.of("fi"))).isEmpty();
        types.put("M", "{'tables': '[C]'}");
        assertThat(texts("Type", "a")).isEmpty();
        types.put("Query", "{'useModel': 'M'}");
        assertThat(texts("Type", "a")).isEmpty();
        assertThat(asked).extracting(Question::operation).containsExactly("model", "model_fields", "model",
                "model_fields", "model");
    }

    @Test
    void manyDomainsAreAskedForInPartsAndInSmallerOnesIfThatIsTooMuch() {
        var values = new TreeMap<String, Map<String, String>>();
        var all = new ArrayList<String>();
        IntStream.range(0, 50).forEach(i -> {
            values.put("Type" + i, Map.of("a", ""));
            all.add(domain("Type" + i, "'a'"));
        });
        domains = String.join(", ", all);
        most = 6;
        var texts = new Domains(NxtClientFixture.answering(this::answer)).texts("main", values, List.of("en", "nb"));
        assertThat(texts.get("en")).hasSize(50);
        assertThat(texts.get("nb")).hasSize(50);
        assertThat(asked.stream().filter(question -> question.operation().equals("model_members"))).hasSizeLessThan(24);
    }

    @Test
    void aDomainThatCannotBeToldLeavesTheOthersTheirTexts() {
        var values = new TreeMap<String, Map<String, String>>();
        List.of("One", "Two", "Three").forEach(type -> values.put(type, Map.of("a", "")));
        domains = values.keySet().stream().map(type -> domain(type, "'a'")).collect(joining(", "));
        refused = "\"Two\"";
        var texts = new Domains(NxtClientFixture.answering(this::answer)).texts("main", values, List.of("en"));
        assertThat(texts.get("en")).containsOnlyKeys("One", "Three");
    }

    private Map<String, Map<String, String>> texts(String type, String... values) {
        var names = new TreeMap<String, String>();
        List.of(values).forEach(value -> names.put(value, ""));
        return new Domains(NxtClientFixture.answering(this::answer)).texts("main", Map.of(type, names), List.of("en"))
                .getOrDefault("en", Map.of());
    }

    private Question last() {
        return asked.get(asked.size() - 1);
    }

    private static String domain(String identifier, String members) {
        return "{'domainNo': 1, 'identifier': '" + identifier + "', 'members': ["
                + members.replaceAll("'(\\w+)'", "{'identifier': '$1', 'name': '$1 in ENGLISH'}") + "]}";
    }

    private Answer answer(Question question) {
        asked.add(question);
        var data = JSON.createObjectNode();
        if (question.operation().equals("model_domains") || question.operation().equals("model_members")) {
            var keys = question.variables().keySet().stream().filter(name -> name.matches("\\w\\w\\d+")).toList();
            if (keys.size() > 2 * most
                    || keys.stream().anyMatch(key -> String.valueOf(question.variables().get(key)).equals(refused))) {
                return new Failure.Unreadable("too large", "", false, true, Set.of());
            }
            JsonNode all = json("[" + domains + "]");
            for (String language : List.of("en", "nb")) {
                data.withObject("/" + language).set("domains", all);
                keys.stream().filter(key -> key.startsWith(language))
                        .forEach(key -> data.withObject("/" + language).set("domains" + key.substring(2), all));
            }
        } else {
            question.variables().forEach((alias, name) -> data.set(alias, type(String.valueOf(name))));
        }
        return new Answer.Data(data, "", 0);
    }

    private JsonNode type(String name) {
        var type = JSON.createObjectNode();
        if (name.equals("Lang")) {
            List.of("ENGLISH", "NORWEGIAN").forEach(each -> type.withArray("enumValues").addObject().put("name", each));
        }
        json(types.getOrDefault(name, "{}")).properties().forEach(field -> {
            var parts = field.getKey().split("\\(", 2);
            var added = type.withArray("fields").addObject().put("name", parts[0]);
            String of = field.getValue().asText();
            if (of.startsWith("[")) {
                added.putObject("type").put("kind", "LIST").putObject("ofType").put("kind", "OBJECT").put("name",
                        of.substring(1, of.length() - 1));
            } else {
                added.putObject("type").put("kind", "SCALAR").put("name", of);
            }
            var arguments = added.putArray("args");
            if (parts.length == 2) {
                for (String argument : parts[1].replace(")", "").split(", ", -1)) {
                    arguments.addObject().put("name", argument.split(": ", 2)[0]).putObject("type")
                            .put("kind", "SCALAR").put("name", argument.split(": ", 2)[1]);
                }
            }
        });
        return type;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
