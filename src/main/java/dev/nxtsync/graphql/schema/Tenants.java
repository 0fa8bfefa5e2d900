package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.List;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;

/** The customers and companies that a connection is granted. */
@Singleton
public class Tenants {
    private final NxtClient nxt;

    Tenants(NxtClient nxt) {
        this.nxt = nxt;
    }

    public record Customer(int number, String name) {
        /** As a message names it. */
        @Override
        public String toString() {
            return number + " " + name;
        }
    }

    /** @param number the Visma.net company id, which {@code useCompany} takes */
    public record Company(int number, String name, int customer) {
        /** As a message names it. */
        @Override
        public String toString() {
            return number + " " + name;
        }
    }

    /** @throws FailedAnswer if there was no whole answer */
    public List<Customer> customers(String connection) {
        return items(connection, "customers", Field.of("availableCustomers"), "name", "vismaNetCustomerId").stream()
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
        return items(connection, "companies",
                Field.of("availableCompanies").with("customerNo", new Field.Variable("customer", "Int", customer)),
                "name", "vismaNetCompanyId", "vismaNetCustomerId")
                .stream()
                .map(item -> new Company(item.path("vismaNetCompanyId").asInt(),
                        QuotedText.name(item.path("name").asText()), item.path("vismaNetCustomerId").asInt(customer)))
                .toList();
    }

    private List<JsonNode> items(String connection, String operation, Field field, String... selected) {
        var all = field.as("all").and(Field.of("totalCount"), Field.of("items", selected));
        JsonNode list = ask(connection, operation, all);
        if (list.path("items").size() < list.path("totalCount").asInt()) {
            // the server cut the list to its own page size, which is not documented
            list = ask(connection, operation,
                    all.with("first", new Field.Variable("n", "Int", list.path("totalCount").asInt())));
        }
        if (list.path("items").size() < list.path("totalCount").asInt()) {
            throw new FailedAnswer(new Failure.Rejected("Business NXT lists only " + list.path("items").size() + " of "
                    + list.path("totalCount").asInt() + " " + operation + ". If this goes on, tell Visma's support.",
                    "", List.of()));
        }
        var items = new ArrayList<JsonNode>();
        list.path("items").forEach(items::add);
        return items;
    }

    private JsonNode ask(String connection, String operation, Field field) {
        return FailedAnswer.dataOf(nxt.ask(connection, Question.query(operation, List.of(field)))).path(field.alias());
    }
}
