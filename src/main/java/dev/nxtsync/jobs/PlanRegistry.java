package dev.nxtsync.jobs;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.error.Problem;

/**
 * What one feature has planned so far, and why the rest cannot run. A plan stays until there is another. Safe for any number
 * of threads.
 *
 * @param <P> what has become of each pull, or push
 */
public abstract class PlanRegistry<P extends PlanRegistry.Planned> {
    private final String one;
    private final String ofConnection;
    private final Map<String, P> byName = new ConcurrentHashMap<>();
    private final Map<String, Problem> troubles = new ConcurrentHashMap<>();
    private final Set<String> complete = ConcurrentHashMap.newKeySet();
    private final Set<String> toLookAt = ConcurrentHashMap.newKeySet();
    private final Set<String> toPlan = ConcurrentHashMap.newKeySet();

    /** Something that was looked at. */
    public interface Planned {
        /** Why it cannot run; empty if it can. */
        Optional<Problem> obstacle();

        /** Whether somebody should do something about that. */
        default boolean isTrouble() { return true; }
    }

    /**
     * Nothing is planned yet.
     *
     * @param one what one of them is called where troubles are shown, before its name
     * @param ofConnection the same of all that a connection has, before the connection's name
     */
    protected PlanRegistry(String one, String ofConnection) {
        this.one = one;
        this.ofConnection = ofConnection;
    }

    /** What is planned of one of them; empty if it was not looked at yet. */
    public Optional<P> of(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** What is planned of each that was looked at. */
    protected Collection<P> all() {
        return byName.values();
    }

    public void put(String name, P planned) {
        byName.put(name, planned);
    }

    /** There is no such one any more. */
    public void remove(String name) {
        byName.remove(name);
    }

    /** Why some cannot run, by what they are; and by connection, why nothing of it has been planned. */
    public Map<String, Problem> troubles() {
        var shown = new TreeMap<>(troubles);
        byName.forEach((name, planned) -> planned.obstacle().filter(reason -> planned.isTrouble())
                .ifPresent(reason -> shown.put(one + " " + name, reason)));
        return shown;
    }

    /** All of a connection has been looked at. */
    public void done(String connection) {
        complete.add(connection);
        troubles.remove(ofConnection + " " + connection);
    }

    /** Nothing of a connection can be worked on until it has been looked at anew. */
    public void undone(String connection) {
        complete.remove(connection);
        troubles.remove(ofConnection + " " + connection);
    }

    /** The connections of which all has been looked at. */
    protected Set<String> complete() {
        return complete;
    }

    /** A connection could not be planned. What was planned of it before stays. */
    public void trouble(String connection, Problem reason) {
        troubles.put(ofConnection + " " + connection, reason);
    }

    /** Asks for the schema of a connection to be read again soon, since an answer did not fit to it. */
    public void lookAgain(String connection) {
        toLookAt.add(connection);
    }

    /** Asks for a connection to be planned again now, by the same schema, since something else is known. */
    public void planAgain(String connection) {
        toPlan.add(connection);
    }

    /** Whether somebody has asked for that since this was last asked. */
    boolean takePlanAgain(String connection) {
        return toPlan.remove(connection);
    }

    /** Whether somebody has asked for it since this was last asked. */
    public boolean takeLookAgain(String connection) {
        return toLookAt.remove(connection);
    }
}
