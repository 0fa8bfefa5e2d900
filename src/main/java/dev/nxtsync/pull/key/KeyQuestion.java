package dev.nxtsync.pull.key;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.graphql.schema.GroupFilter;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.key.KeyFinding.EmptyKey;
import dev.nxtsync.pull.key.KeyFinding.RepeatedKey;
import dev.nxtsync.pull.key.KeyFinding.UnclearKey;
import dev.nxtsync.pull.key.KeyFinding.UniqueKey;
import dev.nxtsync.tenant.Tenant;

/**
 * Asks Business NXT whether proposed keys tell the rows of one company apart: for groups of rows with the same values that have
 * more than one, and for those that have no value (docs/facts/business-nxt.md, "Groups of rows").
 */
final class KeyQuestion {
    /** Tables of one document. */
    static final int TOGETHER = 10;
    /** Of so many rows some were made by the same user. */
    private static final int MANY = 50;
    private static final List<String> CONTROLS = List.of("createdByUser", "changedByUser", "createdDate");

    private final NxtClient nxt;
    private final String connection;
    private final KeySchema schema;

    KeyQuestion(NxtClient nxt, String connection, KeySchema schema) {
        this.nxt = nxt;
        this.connection = connection;
        this.schema = schema;
    }

    /**
     * What has been found out.
     *
     * @param findings by key; those that are not among them are to be asked for again
     * @param failure what is in the way of the others; empty if nothing is, so that each is to be asked for alone: one of them is
     *        to blame
     */
    record KeyAnswer(Map<ProposedKey, KeyFinding> findings, Optional<Failure> failure) {}

    /** Asks one question. */
    KeyAnswer ask(Tenant tenant, List<ProposedKey> keys) {
        var findings = new LinkedHashMap<ProposedKey, KeyFinding>();
        var askable = new ArrayList<ProposedKey>();
        for (ProposedKey key : keys) {
            if (schema.canBeAsked(key)) {
                askable.add(key);
            } else {
                findings.put(key, new UnclearKey("Business NXT does not count groups of rows of this table", true));
            }
        }
        return new KeyAnswer(findings, askable.isEmpty() ? Optional.empty() : ask(tenant, askable, findings));
    }

    private Optional<Failure> ask(Tenant tenant, List<ProposedKey> keys, Map<ProposedKey, KeyFinding> findings) {
        var parts = new ArrayList<Field>();
        var groups = new HashMap<String, RepeatedGroups>();
        for (int i = 0; i < keys.size(); i++) {
            add(keys.get(i), i, parts, groups);
        }
        Answer answer = nxt.ask(connection, Question.query("prove_keys", tenant, true, parts), groups);
        if (answer instanceof Answer.Data data) {
            for (int i = 0; i < keys.size(); i++) {
                findings.put(keys.get(i), finding(tenant, keys.get(i), i, data, groups));
            }
            return Optional.empty();
        }
        var failure = (Failure) answer;
        if (!isOfTheQuestion(failure)) {
            return Optional.of(failure);
        }
        if (keys.size() == 1) {
            findings.put(keys.get(0), new UnclearKey(failure.message(), true));
        }
        return Optional.empty();
    }

    /** Whether it would be answered so again. */
    private static boolean isOfTheQuestion(Failure failure) {
        return failure.mayBeTooLarge() || (failure.next() == Recovery.FIX) || failure instanceof Failure.Rejected;
    }

    private void add(ProposedKey key, int index, List<Field> parts, Map<String, RepeatedGroups> groups) {
        Table table = schema.table(key);
        GroupFilter having = schema.filter(key);
        var filter = Optional.of(key.filter()).filter(text -> !text.isEmpty())
                .map(text -> (ObjectNode) Filters.parse(text));
        parts.add(RepeatedGroups.ask(table, having, "r" + index, key.columns(), filter));
        groups.put("r" + index, new RepeatedGroups(key.columns()));
        for (int column = 0; column < key.columns().size(); column++) {
            String alias = "n" + index + "_" + column;
            var columns = List.of(key.columns().get(column));
            parts.add(RepeatedGroups.ask(table, having, alias, columns, filter, "_lt"));
            groups.put(alias, new RepeatedGroups(columns));
        }
        control(table, having).ifPresent(column -> {
            parts.add(RepeatedGroups.ask(table, having, "k" + index, List.of(column), filter));
            groups.put("k" + index, new RepeatedGroups(List.of(column)));
        });
        if (table.isCounted()) {
            parts.add(RepeatedGroups.filtered(Field.of(table.name()).as("c" + index), table, "c" + index, filter)
                    .with("first", new Field.Variable("c" + index, "Int", 1))
                    .and(Field.of("totalCount"), Field.of("items", key.columns().get(0))));
        }
    }

    /** A column of which many rows have the same value: that none are told of would say that the question is not understood. */
    private static Optional<String> control(Table table, GroupFilter having) {
        return CONTROLS.stream()
                .filter(column -> table.columns().containsKey(column) && having.columns().contains(column)).findFirst();
    }

    private KeyFinding finding(Tenant tenant, ProposedKey key, int index, Answer.Data data,
            Map<String, RepeatedGroups> groups) {
        var root = data.data().path(tenant.scope().root());
        var repeated = Objects.requireNonNull(groups.get("r" + index));
        for (int column = 0; column < key.columns().size(); column++) {
            String alias = "n" + index + "_" + column;
            var empty = Objects.requireNonNull(groups.get(alias)).empty();
            if (empty.isPresent()) {
                return new EmptyKey(empty.get());
            }
            if (!root.path(alias).path("items").isInt()) {
                return new UnclearKey("the answer has no groups", true);
            }
        }
        if (repeated.repeated().isPresent()) {
            return new RepeatedKey(repeated.repeated().get());
        }
        if (repeated.empty().isPresent()) {
            return new EmptyKey(repeated.empty().get());
        }
        long rows = root.path("c" + index).path("totalCount").asLong();
        var control = groups.get("k" + index);
        if (control != null && rows >= MANY && control.repeated().isEmpty() && control.empty().isEmpty()) {
            return new UnclearKey("the answer tells of no rows that have the same values, where there are some", true);
        }
        return repeated.isTold(root.path("r" + index)) ? new UniqueKey(rows) : UnclearKey.untold();
    }
}
