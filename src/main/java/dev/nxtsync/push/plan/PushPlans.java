package dev.nxtsync.push.plan;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import dev.nxtsync.error.Problem;

/** The plans of the pushes that can run, and why others cannot. Safe for any number of threads. */
@Singleton
public class PushPlans {
    private final Map<String, PlannedPush> byPush = new ConcurrentHashMap<>();
    private final Map<String, Problem> troubles = new ConcurrentHashMap<>();
    private final Set<String> toLookAt = ConcurrentHashMap.newKeySet();
    private final AtomicLong planned = new AtomicLong();

    /** A push, checked against the schema. */
    sealed interface PlannedPush {}

    public record ReadyPush(PushPlan plan) implements PlannedPush {}

    /** A push that cannot run until a person has done what the reason says. */
    record StoppedPush(Problem reason) implements PlannedPush {}

    public Optional<PushPlan> ready(String push) {
        return byPush.get(push) instanceof ReadyPush ready ? Optional.of(ready.plan()) : Optional.empty();
    }

    Optional<Problem> stopped(String push) {
        return byPush.get(push) instanceof StoppedPush stopped ? Optional.of(stopped.reason()) : Optional.empty();
    }

    /** The connections of pushes that can run, by push. */
    Map<String, String> connections() {
        var connections = new TreeMap<String, String>();
        byPush.forEach((push, planned) -> {
            if (planned instanceof ReadyPush ready) {
                connections.put(push, ready.plan().push().connection());
            }
        });
        return connections;
    }

    public Set<String> plannedConnections() {
        return new TreeSet<>(connections().values());
    }

    /** Why pushes cannot run, by push; and by connection, why its pushes have not been planned. */
    public Map<String, Problem> troubles() {
        var all = new TreeMap<>(troubles);
        byPush.forEach((push, planned) -> {
            if (planned instanceof StoppedPush stopped) {
                all.put("push " + push, stopped.reason());
            }
        });
        return all;
    }

    /** Asks for the schema of a connection to be read again soon, since an answer did not fit to it. */
    public void lookAgain(String connection) {
        toLookAt.add(connection);
    }

    boolean takeLookAgain(String connection) {
        return toLookAt.remove(connection);
    }

    /** Rises each time that something has been planned. */
    public long planned() {
        return planned.get();
    }

    public void put(String push, PlannedPush what) {
        byPush.put(push, what);
        planned.incrementAndGet();
    }

    /** Nothing of a connection can be worked on until its pushes have been looked at anew. */
    void undone(String connection) {
        byPush.values().removeIf(
                each -> each instanceof ReadyPush ready && ready.plan().push().connection().equals(connection));
        noTrouble(connection);
    }

    void trouble(String connection, Problem reason) {
        troubles.put("pushes of connection " + connection, reason);
    }

    void noTrouble(String connection) {
        troubles.remove("pushes of connection " + connection);
    }
}
