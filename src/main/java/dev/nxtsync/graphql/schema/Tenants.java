package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;

/** The customers and companies that a connection is granted. */
@Singleton
public class Tenants {
    private final NxtClient nxt;

    Tenants(NxtClient nxt) {
        this.nxt = nxt;
    }

    public record Customer(int number, String name) {}

    /** @param number the Visma.net company id, which {@code useCompany} takes */
    public record Company(int number, String name, int customer) {}

    /** @throws FailedAnswer if there was no whole answer */
    public List<Customer> customers(String connection) {
        return items(connection, new Question("customers",
                "query customers($n: Int) { all: availableCustomers(first: $n) { totalCount items { name vismaNetCustomerId } } }",
                Map.of()), "all").stream()
                .map(item -> new Customer(item.path("vismaNetCustomerId").asInt(),
                        QuotedText.name(item.path("name").asText())))
                .toList();
    }

    /**
     * The companies of one customer. It is named although that may be left out: whether it may in service context is not
     * documented.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public List<Company> companies(String connection, int customer) {
        return items(connection,
                new Question("companies", "query companies($customer: Int, $n: Int) { all: availableCompanies("
                        + "customerNo: $customer, first: $n) { totalCount items { name vismaNetCompanyId vismaNetCustomerId } } }",
                        Map.of("customer", customer)),
                "all")
                .stream()
                .map(item -> new Company(item.path("vismaNetCompanyId").asInt(),
                        QuotedText.name(item.path("name").asText()), item.path("vismaNetCustomerId").asInt(customer)))
                .toList();
    }

    private List<JsonNode> items(String connection, Question question, String alias) {
        JsonNode list = ask(connection, question).path(alias);
        if (list.path("items").size() < list.path("totalCount").asInt()) {
            // the server cut the list to its own page size, which is not documented
            var variables = new LinkedHashMap<String, Object>(question.variables());
            variables.put("n", list.path("totalCount").asInt());
            list = ask(connection, new Question(question.operation(), question.document(), variables)).path(alias);
        }
        if (list.path("items").size() < list.path("totalCount").asInt()) {
            throw new FailedAnswer(new Failure.Rejected("Business NXT lists " + list.path("items").size() + " of "
                    + list.path("totalCount").asInt() + " in " + question.operation() + ".", "", List.of()));
        }
        var items = new ArrayList<JsonNode>();
        list.path("items").forEach(items::add);
        return items;
    }

    private JsonNode ask(String connection, Question question) {
        Answer answer = nxt.ask(connection, question);
        if (answer instanceof Failure failure) {
            throw new FailedAnswer(failure);
        }
        return ((Answer.Data) answer).data();
    }
}
