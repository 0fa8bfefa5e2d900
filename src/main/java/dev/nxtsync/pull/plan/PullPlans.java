package dev.nxtsync.pull.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.target.Misfit;
import dev.nxtsync.tenant.Tenant;

/** What has been planned so far, for each pull. Safe for any number of threads. */
@Singleton
public class PullPlans {
    private final Map<String, Planned> byPull = new ConcurrentHashMap<>();
    private final Map<String, Problem> troubles = new ConcurrentHashMap<>();
    private final Set<String> toLookAt = ConcurrentHashMap.newKeySet();
    private final Set<String> targetsToLookAt = ConcurrentHashMap.newKeySet();
    private final Set<String> complete = ConcurrentHashMap.newKeySet();
    /** By pull, those for which the schema was read again, or is about to be. */
    private final Map<String, Set<Misfit>> lookedFor = new ConcurrentHashMap<>();

    /** A pull, checked against the schema. */
    public sealed interface Planned {}

    /** @param owners the companies of the pull, or the customers of a system table */
    public record Ready(PullPlan plan, List<Tenant> owners) implements Planned {}

    /** A pull that cannot run until somebody has done what the reason says. */
    sealed interface Halted extends Planned {
        Problem reason();
    }

    /** It cannot be made as configured. */
    public record Stopped(Problem reason) implements Halted {}

    /** All is ready but its target table. */
    record WithoutTarget(Ready ready, Problem reason) implements Halted {}

    /** The plans that a unit works on, by pull. */
    public Map<String, PullPlan> of(String connection, Tenant tenant) {
        var plans = new TreeMap<String, PullPlan>();
        byPull.forEach((pull, planned) -> {
            if (planned instanceof Ready ready && ready.plan().pull().connection().equals(connection)
                    && ready.owners().contains(tenant)) {
                plans.put(pull, ready.plan());
            }
        });
        return plans;
    }

    /**
     * The connections that have a pull that can run, once all of their pulls have been looked at: a unit whose pull is not
     * planned yet would be put off. Not one of which another living process has another key of a pull: this one leaves all of
     * that connection's pulls to it.
     */
    public Set<String> plannedConnections() {
        var connections = new TreeSet<String>();
        byPull.values().forEach(planned -> {
            if (planned instanceof Ready ready) {
                connections.add(ready.plan().pull().connection());
            }
        });
        connections.retainAll(complete);
        // units of a connection are shared by its pulls, and whoever has the right key works on them
        byPull.values().forEach(planned -> {
            if (planned instanceof WithoutTarget unusable && unusable.reason().trouble() == ErrorCode.KEY_DIFFERS) {
                connections.remove(unusable.ready().plan().pull().connection());
            }
        });
        return connections;
    }

    /** Why pulls cannot run, by pull; and by connection, why its pulls have not been planned. */
    public Map<String, Problem> troubles() {
        var all = new TreeMap<>(troubles);
        byPull.forEach((pull, planned) -> {
            if (planned instanceof Halted halted) {
                all.put("pull " + pull, halted.reason());
            }
        });
        return all;
    }

    /** The pulls of a connection that run, or would if it were not for their target. */
    List<Ready> planned(String connection) {
        return byPull.values().stream()
                .map(planned -> planned instanceof WithoutTarget unusable ? unusable.ready() : planned)
                .filter(Ready.class::isInstance).map(Ready.class::cast)
                .filter(ready -> ready.plan().pull().connection().equals(connection)).toList();
    }

    /** Asks for the target tables of a connection to be looked at soon, since PostgreSQL has refused one. */
    public void lookAtTargets(String connection) {
        targetsToLookAt.add(connection);
    }

    /** Whether somebody has asked for it since this was last asked. */
    boolean takeLookAtTargets(String connection) {
        return targetsToLookAt.remove(connection);
    }

    /** Asks for the schema of a connection to be read again soon, since an answer did not fit to it. */
    public void lookAgain(String connection) {
        toLookAt.add(connection);
    }

    /**
     * A page has columns that do not fit to their types. The schema is read again soon, but once for each: what it does not
     * explain is not asked again before the plan changes, or {@link #forgetMisfits}.
     */
    public void met(PullPlan plan, Set<Misfit> misfits) {
        if (lookedFor.computeIfAbsent(plan.name(), pull -> ConcurrentHashMap.newKeySet()).addAll(misfits)) {
            lookAgain(plan.pull().connection());
        }
    }

    /** The same misfits of a pull are news again. */
    public void forgetMisfits(String pull) {
        lookedFor.remove(pull);
    }

    /** Whether somebody has asked for it since this was last asked. */
    public boolean takeLookAgain(String connection) {
        return toLookAt.remove(connection);
    }

    /** What is planned of one pull; empty if nothing is. */
    public Optional<Planned> of(String pull) {
        return Optional.ofNullable(byPull.get(pull));
    }

    public void put(String pull, Planned planned) {
        var before = byPull.put(pull, planned);
        if (before == null || !plan(before).equals(plan(planned))) {
            forgetMisfits(pull);
        }
    }

    /** Empty if there is none that the schema allows. */
    private static Optional<PullPlan> plan(Planned planned) {
        if (planned instanceof Ready ready) {
            return Optional.of(ready.plan());
        }
        return planned instanceof WithoutTarget unusable ? Optional.of(unusable.ready().plan()) : Optional.empty();
    }

    void trouble(String connection, Problem reason) {
        troubles.put("connection " + connection, reason);
    }

    /** Nothing of a connection can be worked on until its pulls have been looked at anew. */
    void undone(String connection) {
        complete.remove(connection);
        troubles.remove("connection " + connection);
    }

    /** All pulls of a connection have been looked at. */
    public void done(String connection) {
        complete.add(connection);
        troubles.remove("connection " + connection);
    }
}
