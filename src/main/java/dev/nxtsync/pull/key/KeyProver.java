package dev.nxtsync.pull.key;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.LongSupplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.pull.key.KeyFinding.UnclearKey;
import dev.nxtsync.tenant.Tenant;

/**
 * Asks Business NXT for proofs of keys, beside all other work: one question of each connection at a time, each about one company.
 * A company that does not answer holds up no other. Safe for any number of threads.
 */
@Singleton
public class KeyProver {
    private static final Logger LOG = Logger.getLogger(KeyProver.class);
    /** After so many failures others do not wait for a company. */
    private static final int FEW = 3;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final int LONGEST_WAIT = 12;

    private final NxtClient nxt;
    private final KeyProofs proofs;
    private final LongSupplier nanos;
    private final Map<String, Wanted> wanted = new ConcurrentHashMap<>();

    @Inject
    public KeyProver(NxtClient nxt, KeyProofs proofs) {
        this(nxt, proofs, System::nanoTime);
    }

    KeyProver(NxtClient nxt, KeyProofs proofs, LongSupplier nanos) {
        this.nxt = nxt;
        this.proofs = proofs;
        this.nanos = nanos;
    }

    /**
     * Chooses the keys of a connection's pulls by what is known. What is not is asked from now on, and nothing else.
     *
     * @param owners the companies of a pull, or the customers of a system table
     * @param running whether a pull runs already by a key: a company that is new keeps none of the others waiting
     */
    public KeyChoices choose(String connection, List<Settings.Pull> pulls, KeySchema schema,
            Function<Settings.Pull, List<Tenant>> owners, BiPredicate<String, List<String>> running)
            throws SQLException {
        var open = wanted.computeIfAbsent(connection, each -> new Wanted());
        var choices = KeyChoices.of(pulls, schema, owners, proofs.of(connection, open.failing()), running);
        open.replace(schema, choices.toAsk());
        return choices;
    }

    /** Asks nothing of a connection until it is chosen for again. */
    public void forget(String connection) {
        wanted.remove(connection);
    }

    /** Whether all that was wanted of a connection has been asked since this was last asked, or somebody has failed again. */
    public boolean takeNews(String connection) {
        var open = wanted.get(connection);
        return open != null && open.takeNews();
    }

    /** One question of each connection of which one is to be asked. */
    public void step() throws SQLException {
        for (var each : wanted.entrySet()) {
            var next = each.getValue().next(nanos.getAsLong());
            if (next.isPresent()) {
                ask(each.getKey(), each.getValue(), next.get());
            }
        }
    }

    private void ask(String connection, Wanted open, OpenQuestion question) throws SQLException {
        var answer = new KeyQuestion(nxt, connection, question.schema()).ask(question.tenant(), question.keys());
        var findings = new HashMap<>(answer.findings());
        var failure = answer.failure();
        if (failure.isPresent() && failure.get() instanceof Failure.ForbiddenCompany forbidden) {
            question.keys().forEach(key -> findings.putIfAbsent(key, new UnclearKey(forbidden.message())));
            failure = Optional.empty();
        }
        proofs.keep(connection, question.tenant(), findings);
        open.asked(question.tenant(), findings.keySet(), failure.isPresent(), nanos.getAsLong());
        failure.ifPresent(reason -> LOG.debugf("connection %s: the keys of %s in %s are proven later: %s", connection,
                question.keys(), question.tenant(), reason.message()));
    }

    /** One that can be asked now. */
    private record OpenQuestion(KeySchema schema, Tenant tenant, List<ProposedKey> keys) {}

    /** A company that did not answer. */
    private record NotAnswered(int failures, long again) {}

    /** What is open of one connection. */
    private static final class Wanted {
        private KeySchema schema = KeySchema.NONE;
        private final Map<Tenant, List<ProposedKey>> toAsk = new LinkedHashMap<>();
        private final Map<Tenant, NotAnswered> notAnswered = new HashMap<>();
        private boolean isNews;

        synchronized void replace(KeySchema newSchema, Map<Tenant, List<ProposedKey>> all) {
            schema = newSchema;
            toAsk.clear();
            all.forEach((tenant, keys) -> toAsk.put(tenant, new ArrayList<>(keys)));
            notAnswered.keySet().retainAll(toAsk.keySet());
        }

        synchronized Set<Tenant> failing() {
            var failing = new HashSet<Tenant>();
            notAnswered.forEach((tenant, each) -> {
                if (each.failures() >= FEW) {
                    failing.add(tenant);
                }
            });
            return failing;
        }

        synchronized boolean takeNews() {
            boolean was = isNews;
            isNews = false;
            return was;
        }

        synchronized Optional<OpenQuestion> next(long now) {
            for (var each : toAsk.entrySet()) {
                var waits = notAnswered.get(each.getKey());
                if (waits == null || now - waits.again() >= 0) {
                    var keys = each.getValue();
                    return Optional.of(new OpenQuestion(schema, each.getKey(),
                            List.copyOf(keys.subList(0, Math.min(KeyQuestion.TOGETHER, keys.size())))));
                }
            }
            return Optional.empty();
        }

        synchronized void asked(Tenant tenant, Set<ProposedKey> found, boolean failed, long now) {
            var open = toAsk.get(tenant);
            if (open != null) {
                open.removeAll(found);
                if (open.isEmpty()) {
                    toAsk.remove(tenant);
                }
            }
            if (failed) {
                int failures = Optional.ofNullable(notAnswered.get(tenant)).map(NotAnswered::failures).orElse(0) + 1;
                long wait = FIRST_WAIT.multipliedBy(Math.min(LONGEST_WAIT, failures)).toNanos();
                notAnswered.put(tenant, new NotAnswered(failures, now + wait));
            } else {
                notAnswered.remove(tenant);
            }
            isNews |= toAsk.isEmpty() || notAnswered.keySet().containsAll(toAsk.keySet());
        }
    }
}
