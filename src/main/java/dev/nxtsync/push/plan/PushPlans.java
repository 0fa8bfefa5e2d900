package dev.nxtsync.push.plan;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import dev.nxtsync.error.Problem;
import dev.nxtsync.jobs.PlanRegistry;

/** The plans of the pushes that can run, and why others cannot. Safe for any number of threads. */
@Singleton
public class PushPlans extends PlanRegistry<PushPlans.PlannedPush> {
    private final AtomicLong planned = new AtomicLong();

    public PushPlans() {
        super("push", "pushes of connection");
    }

    /** A push, checked against the schema. */
    public sealed interface PlannedPush extends PlanRegistry.Planned {}

    public record ReadyPush(PushPlan plan) implements PlannedPush {
        @Override
        public Optional<Problem> obstacle() {
            return Optional.empty();
        }
    }

    /** A push that cannot run until a person has done what the reason says. */
    record StoppedPush(Problem reason) implements PlannedPush {
        @Override
        public Optional<Problem> obstacle() {
            return Optional.of(reason);
        }
    }

    public Optional<PushPlan> ready(String push) {
        return of(push).filter(ReadyPush.class::isInstance).map(planned -> ((ReadyPush) planned).plan());
    }

    Optional<Problem> stopped(String push) {
        return of(push).flatMap(PlannedPush::obstacle);
    }

    /** The connections of pushes that can run, by push. */
    Map<String, String> connections() {
        var connections = new TreeMap<String, String>();
        all().forEach(planned -> {
            if (planned instanceof ReadyPush ready) {
                connections.put(ready.plan().name(), ready.plan().push().connection());
            }
        });
        return connections;
    }

    public Set<String> plannedConnections() {
        return new TreeSet<>(connections().values());
    }

    /** Rises each time that something has been planned. */
    public long planned() {
        return planned.get();
    }

    @Override
    public void put(String push, PlannedPush what) {
        super.put(push, what);
        planned.incrementAndGet();
    }

    /** Nothing of a connection is ready either: who signs in then may change something else. */
    @Override
    public void undone(String connection) {
        all().removeIf(each -> each instanceof ReadyPush ready && ready.plan().push().connection().equals(connection));
        super.undone(connection);
    }
}
