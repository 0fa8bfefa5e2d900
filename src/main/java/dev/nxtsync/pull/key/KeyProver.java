package dev.nxtsync.pull.key;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
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

    private final NxtClient nxt;
    private final KeyProofs proofs;
    private final LongSupplier nanos;
    private final Map<String, OpenProofs> wanted = new ConcurrentHashMap<>();

    @Inject
    public KeyProver(NxtClient nxt, KeyProofs proofs) {
        this(nxt, proofs, System::nanoTime);
    }

    /** @param nanos a monotonic clock, in nanoseconds */
    public KeyProver(NxtClient nxt, KeyProofs proofs, LongSupplier nanos) {
        this.nxt = nxt;
        this.proofs = proofs;
        this.nanos = nanos;
    }

    /**
     * Chooses the keys of a connection's pulls by what is known. What is not is asked from now on, and nothing else.
     *
     * @param owners the companies of a pull, or the customers of a system table
     * @param running the key by which a pull runs already, or ran before; empty if there is none
     */
    public KeyChoices choose(String connection, List<Settings.Pull> pulls, KeySchema schema,
            Function<Settings.Pull, List<Tenant>> owners, Function<Settings.Pull, Optional<List<String>>> running)
            throws SQLException {
        var open = wanted.computeIfAbsent(connection, each -> new OpenProofs());
        var findings = schema.tables().isEmpty() ? KeyFindings.NONE : proofs.of(connection, open.failing());
        var all = schema.candidates().isEmpty() ? schema : schema.naming(proofs.named());
        var choices = KeyChoices.of(pulls, all, owners, findings, running);
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

    /**
     * One question of each connection of which one is to be asked.
     *
     * @return whether any was answered, so that there may be more to ask at once
     */
    public boolean step() throws SQLException {
        RuntimeException fault = null;
        boolean any = false;
        for (var each : wanted.entrySet()) {
            var next = each.getValue().next(nanos.getAsLong());
            if (next.isPresent()) {
                try {
                    any |= ask(each.getKey(), each.getValue(), next.get());
                } catch (RuntimeException e) {
                    // the other connections are asked all the same, and this one not at once again
                    each.getValue().failed(next.get().tenant(), Optional.empty(), nanos.getAsLong());
                    fault = e;
                }
            }
        }
        if (fault != null) {
            throw fault;
        }
        return any;
    }

    private boolean ask(String connection, OpenProofs open, OpenProofs.OpenQuestion question) throws SQLException {
        var answer = new KeyQuestion(nxt, connection, question.schema()).ask(question.tenant(), question.keys());
        var findings = new HashMap<>(answer.findings());
        var failure = answer.failure();
        if (failure.isPresent() && failure.get() instanceof Failure.ForbiddenCompany forbidden) {
            // nothing else is asked there either
            open.of(question.tenant())
                    .forEach(key -> findings.putIfAbsent(key, new UnclearKey(forbidden.message(), false)));
            failure = Optional.empty();
        }
        try {
            proofs.keep(connection, question.tenant(), findings);
        } catch (SQLException e) {
            // it is not asked again at once
            open.failed(question.tenant(), failure, nanos.getAsLong());
            throw e;
        }
        if (failure.isPresent()) {
            LOG.debugf("connection %s: the keys of %s in %s are proven later: %s", connection, question.keys(),
                    question.tenant(), failure.get().message());
            open.failed(question.tenant(), failure, nanos.getAsLong());
        } else {
            open.asked(question, findings.keySet());
        }
        return failure.isEmpty();
    }
}
