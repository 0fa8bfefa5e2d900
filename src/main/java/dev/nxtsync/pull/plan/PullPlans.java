package dev.nxtsync.pull.plan;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.jobs.PlanRegistry;
import dev.nxtsync.pull.target.MismatchedColumn;
import dev.nxtsync.tenant.Tenant;

/** What has been planned so far, for each pull. Safe for any number of threads. */
@Singleton
public class PullPlans extends PlanRegistry<PullPlans.PlannedPull> {
    private final Set<String> targetsToLookAt = ConcurrentHashMap.newKeySet();
    /** By pull, those for which the schema was read again, or is about to be. */
    private final Map<String, Set<MismatchedColumn>> lookedFor = new ConcurrentHashMap<>();

    public PullPlans() {
        super("pull", "connection");
    }

    /** A pull, checked against the schema. */
    public sealed interface PlannedPull extends PlanRegistry.Planned {}

    /** @param owners the companies of the pull, or the customers of a system table */
    public record Ready(PullPlan plan, List<Tenant> owners) implements PlannedPull {
        @Override
        public Optional<Problem> obstacle() {
            return Optional.empty();
        }
    }

    /** A pull that cannot run until somebody has done what the reason says. */
    sealed interface Halted extends PlannedPull {
        Problem reason();

        @Override
        default Optional<Problem> obstacle() {
            return Optional.of(reason());
        }
    }

    /** It begins by itself once Business NXT has said whether its key is unique. */
    record Unproven(Problem reason) implements Halted {}

    /** It cannot be made as configured. */
    public record Stopped(Problem reason) implements Halted {}

    /** No pull is made of a table that a pattern fits to, or none now; that is no trouble. */
    record LeftOut(Problem reason) implements Halted {
        @Override
        public boolean isTrouble() { return false; }
    }

    /** All is ready but its target table. */
    sealed interface AlmostReady extends Halted {
        Ready ready();
    }

    /** Its target cannot be used. */
    record WithoutTarget(Ready ready, Problem reason) implements AlmostReady {}

    /** Another living process has another key of it: this one leaves all pulls of that connection to the other. */
    record LeftToOther(Ready ready, Problem reason) implements AlmostReady {}

    /** The plans that a unit works on, by pull. */
    public Map<String, PullPlan> of(String connection, Tenant tenant) {
        var plans = new TreeMap<String, PullPlan>();
        all().forEach(planned -> {
            if (planned instanceof Ready ready && ready.plan().pull().connection().equals(connection)
                    && ready.owners().contains(tenant)) {
                plans.put(ready.plan().name(), ready.plan());
            }
        });
        return plans;
    }

    /**
     * The connections that have a pull that can run, once all of their pulls have been looked at: a unit whose pull is not
     * planned yet would be put off. Not one of which a pull is {@link LeftToOther}.
     */
    public Set<String> plannedConnections() {
        var connections = new TreeSet<String>();
        all().forEach(planned -> {
            if (planned instanceof Ready ready) {
                connections.add(ready.plan().pull().connection());
            }
        });
        connections.retainAll(complete());
        // units of a connection are shared by its pulls, and whoever has the right key works on them
        all().forEach(planned -> {
            if (planned instanceof LeftToOther left) {
                connections.remove(left.ready().plan().pull().connection());
            }
        });
        return connections;
    }

    /** Whether all of a connection has been looked at, so that its units are worked on. */
    boolean isAtWork(String connection) {
        return complete().contains(connection);
    }

    /** The plans of a connection's pulls that run, in the order of their names. */
    public List<PullPlan> ready(String connection) {
        return all().stream().filter(Ready.class::isInstance).map(planned -> ((Ready) planned).plan())
                .filter(plan -> plan.pull().connection().equals(connection))
                .sorted(Comparator.comparing(PullPlan::name)).toList();
    }

    /** The pulls of a connection that run, or would if it were not for their target. */
    List<Ready> planned(String connection) {
        return all().stream().flatMap(planned -> allowed(planned).stream())
                .filter(ready -> ready.plan().pull().connection().equals(connection)).toList();
    }

    /** The key by which a pull runs, or would if it were not for its target; empty if it does not. */
    Optional<List<String>> runningKey(String pull) {
        return of(pull).flatMap(PullPlans::allowed).map(ready -> ready.plan().key());
    }

    /** The tables of a connection's pulls. */
    public List<Table> tables(String connection) {
        return planned(connection).stream().map(ready -> ready.plan().table()).distinct().toList();
    }

    /** Asks for the target tables of a connection to be looked at soon, since PostgreSQL has refused one. */
    public void lookAtTargets(String connection) {
        targetsToLookAt.add(connection);
    }

    /** Whether somebody has asked for it since this was last asked. */
    boolean takeLookAtTargets(String connection) {
        return targetsToLookAt.remove(connection);
    }

    /**
     * A page has columns that do not fit to their types. The schema is read again soon, but once for each: what it does not
     * explain is not asked again before the plan changes, or {@link #forgetMisfits}.
     */
    public void met(PullPlan plan, Set<MismatchedColumn> misfits) {
        if (lookedFor.computeIfAbsent(plan.name(), pull -> ConcurrentHashMap.newKeySet()).addAll(misfits)) {
            lookAgain(plan.pull().connection());
        }
    }

    /** The same misfits of a pull are news again. */
    public void forgetMisfits(String pull) {
        lookedFor.remove(pull);
    }

    @Override
    public void put(String pull, PlannedPull planned) {
        var before = of(pull);
        super.put(pull, planned);
        if (!before.flatMap(PullPlans::allowed).map(Ready::plan).equals(allowed(planned).map(Ready::plan))) {
            forgetMisfits(pull);
        }
    }

    /** Empty if there is nothing that the schema allows. */
    private static Optional<Ready> allowed(PlannedPull planned) {
        if (planned instanceof Ready ready) {
            return Optional.of(ready);
        }
        return planned instanceof AlmostReady almost ? Optional.of(almost.ready()) : Optional.empty();
    }
}
