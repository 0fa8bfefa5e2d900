package dev.nxtsync.pull.key;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.graphql.schema.GroupFilters;
import dev.nxtsync.graphql.schema.KeyCandidate;
import dev.nxtsync.graphql.schema.KeyHints;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.tenant.Tenant;

/** Finds the keys of pulls. Safe for any number of threads. */
@Singleton
public class KeySearch {
    private static final Logger LOG = Logger.getLogger(KeySearch.class);
    /** Keys that one question is about. */
    public static final int TOGETHER = KeyQuestion.TOGETHER;
    /** One candidate after the other; there are few. */
    private static final int MOST_ROUNDS = 8;

    private final KeyHints hints;
    private final GroupFilters filters;
    private final NxtClient nxt;
    private final Settings settings;

    public KeySearch(KeyHints hints, GroupFilters filters, NxtClient nxt, Settings settings) {
        this.settings = settings;
        this.hints = hints;
        this.filters = filters;
        this.nxt = nxt;
    }

    /** What the schema tells of the keys of pulls. Nothing is asked where all of them are documented. */
    public KeySchema schema(String connection, List<Settings.Pull> pulls, Tables tables) {
        var wanted = new HashMap<String, Table>();
        var unsaid = new HashMap<String, Table>();
        for (Settings.Pull pull : pulls) {
            var table = tables.known().get(pull.table());
            boolean isDocumented = pull.key().isEmpty() && KeyChoice.isSaid(pull);
            if (table != null && !isDocumented) {
                wanted.put(table.name(), table);
                if (pull.key().isEmpty()) {
                    unsaid.put(table.name(), table);
                }
            }
        }
        if (wanted.isEmpty()) {
            return KeySchema.NONE;
        }
        try {
            var candidates = unsaid.isEmpty()
                    ? Map.<String, List<KeyCandidate>>of()
                    : hints.of(connection, unsaid.values());
            return new KeySchema(wanted, candidates, filters.of(connection, wanted.values()), true);
        } catch (FailedAnswer e) {
            // pulls whose key is said are planned all the same
            LOG.debugf("connection %s: what the schema tells of keys is not known: %s", connection, e.getMessage());
            return new KeySchema(wanted, Map.of(), Map.of(), e.failure().next() == Recovery.FIX);
        }
    }

    /**
     * Chooses at once, for a person who waits, and writes nothing.
     *
     * @param owners the companies of a pull, or the customers of a system table
     */
    public KeyChoices now(String connection, List<Settings.Pull> pulls, Tables tables,
            Function<Settings.Pull, List<Tenant>> owners) {
        var hinted = schema(connection, pulls, tables);
        var schema = hinted.candidates().isEmpty()
                ? hinted
                : hinted.naming(KeyProofs.remembered(settings, connection).named());
        return search(connection, pulls, schema, owners, owners, KeyFindings.NONE).choices();
    }

    /**
     * What the daemon will probably choose.
     *
     * @param questions that it asks for that, by company or customer; what is remembered is not asked
     */
    public record KeyForecast(KeyChoices choices, Map<Tenant, Integer> questions) {}

    /**
     * Tells what the daemon will probably choose, from what is remembered and from some questions, and writes nothing.
     *
     * @param owners the companies of a pull, or the customers of a system table
     * @param some those of them that are asked; of the others it is assumed that they answer alike
     */
    public KeyForecast forecast(String connection, List<Settings.Pull> pulls, Tables tables,
            Function<Settings.Pull, List<Tenant>> owners, Function<Settings.Pull, List<Tenant>> some) {
        var schema = schema(connection, pulls, tables);
        if (schema.tables().isEmpty()) {
            return search(connection, pulls, schema, owners, some, KeyFindings.NONE);
        }
        var remembered = KeyProofs.remembered(settings, connection);
        return search(connection, pulls, schema.candidates().isEmpty() ? schema : schema.naming(remembered.named()),
                owners, some, remembered.findings());
    }

    private KeyForecast search(String connection, List<Settings.Pull> pulls, KeySchema schema,
            Function<Settings.Pull, List<Tenant>> owners, Function<Settings.Pull, List<Tenant>> some,
            KeyFindings before) {
        var asked = new HashMap<String, Set<Tenant>>();
        pulls.forEach(pull -> asked.computeIfAbsent(pull.table(), each -> new HashSet<>()).addAll(some.apply(pull)));
        var questions = new HashMap<Tenant, Integer>();
        var findings = before;
        var choices = KeyChoices.of(pulls, schema, owners, findings, pull -> Optional.empty());
        for (int round = 0; round < MOST_ROUNDS && !choices.toAsk().isEmpty(); round++) {
            for (var each : choices.toAsk().entrySet()) {
                Tenant tenant = each.getKey();
                var keys = each.getValue().stream()
                        .filter(key -> asked.getOrDefault(key.table(), Set.of()).contains(tenant)).toList();
                findings = ask(connection, schema, tenant, keys, findings);
                questions.merge(tenant, (each.getValue().size() + KeyQuestion.TOGETHER - 1) / KeyQuestion.TOGETHER,
                        Integer::sum);
            }
            for (var each : choices.toAsk().entrySet()) {
                findings = findings.assuming(each.getKey(), each.getValue());
            }
            choices = KeyChoices.of(pulls, schema, owners, findings, pull -> Optional.empty());
        }
        return new KeyForecast(choices, questions);
    }

    private KeyFindings ask(String connection, KeySchema schema, Tenant tenant, List<ProposedKey> keys,
            KeyFindings before) {
        var question = new KeyQuestion(nxt, connection, schema);
        var findings = before;
        for (int i = 0; i < keys.size(); i += KeyQuestion.TOGETHER) {
            var some = keys.subList(i, Math.min(keys.size(), i + KeyQuestion.TOGETHER));
            var answer = question.ask(tenant, some);
            var found = new HashMap<>(answer.findings());
            if (answer.failure().isEmpty()) {
                some.stream().filter(key -> !found.containsKey(key)).toList()
                        .forEach(key -> found.putAll(question.ask(tenant, List.of(key)).findings()));
            }
            // a person does not wait for what does not answer now
            String reason = answer.failure().map(Failure::message).orElse("Business NXT did not answer");
            some.forEach(key -> found.putIfAbsent(key, new KeyFinding.UnclearKey(reason, false)));
            findings = findings.with(tenant, found);
        }
        return findings;
    }
}
