package dev.nxtsync.push;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import dev.nxtsync.trouble.Reason;

/** What has been planned so far, for each push. Safe for any number of threads. */
@Singleton
public class PushPlans {
    private final Map<String, Planned> byPush = new ConcurrentHashMap<>();
    private final Map<String, Reason> troubles = new ConcurrentHashMap<>();
    private final Set<String> toLookAt = ConcurrentHashMap.newKeySet();
    private final AtomicLong planned = new AtomicLong();

    /** A push, checked against the schema. */
    sealed interface Planned {}

    record Ready(PushPlan plan) implements Planned {}

    /** A push that cannot run until somebody has done what the reason says. */
    record Stopped(Reason reason) implements Planned {}

    Optional<PushPlan> ready(String push) {
        return byPush.get(push) instanceof Ready ready ? Optional.of(ready.plan()) : Optional.empty();
    }

    Optional<Reason> stopped(String push) {
        return byPush.get(push) instanceof Stopped stopped ? Optional.of(stopped.reason()) : Optional.empty();
    }

    /** The connections of pushes that can run, by push. */
    Map<String, String> connections() {
        var connections = new TreeMap<String, String>();
        byPush.forEach((push, planned) -> {
            if (planned instanceof Ready ready) {
                connections.put(push, ready.plan().push().connection());
            }
        });
        return connections;
    }

    Set<String> plannedConnections() {
        return new TreeSet<>(connections().values());
    }

    /** Why pushes cannot run, by push; and by connection, why its pushes have not been planned. */
    public Map<String, Reason> troubles() {
        var all = new TreeMap<>(troubles);
        byPush.forEach((push, planned) -> {
            if (planned instanceof Stopped stopped) {
                all.put("push " + push, stopped.reason());
            }
        });
        return all;
    }

    /** Asks for the schema of a connection to be read again soon, since an answer did not fit to it. */
    void lookAgain(String connection) {
        toLookAt.add(connection);
    }

    boolean takeLookAgain(String connection) {
        return toLookAt.remove(connection);
    }

    /** Rises each time that something has been planned. */
    long planned() {
        return planned.get();
    }

    void put(String push, Planned what) {
        byPush.put(push, what);
        planned.incrementAndGet();
    }

    /** Nothing of a connection can be worked on until its pushes have been looked at anew. */
    void undone(String connection) {
        byPush.values().removeIf(
                each -> each instanceof Ready ready && ready.plan().push().connection().equals(connection));
        noTrouble(connection);
    }

    void trouble(String connection, Reason reason) {
        troubles.put("pushes of connection " + connection, reason);
    }

    void noTrouble(String connection) {
        troubles.remove("pushes of connection " + connection);
    }
}
