package dev.nxtsync.http.server;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.process.MemoryBudget;

/**
 * All who are connected to the public port. There are so many and no more, and their bodies have so much memory and no more;
 * where that is used up, whoever has owed us something for longest gives way, and never one whom we owe an answer. Used on the
 * port's own thread only.
 */
final class OpenConnections {
    /** Of which each takes about 32 kB, with as many headers as are taken, and a file descriptor. */
    static final int MOST = 512;

    private final Set<TrackedConnection> all = new LinkedHashSet<>();
    private final AtomicInteger size = new AtomicInteger();
    private final MemoryBudget memory;
    private final Counter slow;
    private final Counter late;

    /** One who is connected, as far as the others are concerned. */
    interface TrackedConnection {
        /** Whether the other side owes something. */
        boolean owes();

        /** Since when, on this process' monotonic clock. */
        long since();

        /** Whether the time for what it owes is over. */
        boolean isLate(long now);

        /** Whether it has had its answer, and is only read on so that it sees it. */
        boolean isLeaving();

        /** Whether it has yet to get, or to take, the answer to what it has asked. */
        boolean isServed();

        /** Whether it has shown who it is. */
        boolean isKnown();

        /** Whether part of a body of it is there that is not whole. */
        boolean holdsMemory();

        /** Its time is over. */
        void endLate();

        /** Gives way to another at once, though a sender may not see why. */
        void dismiss();

        /** Closes the connection, which is no longer counted. */
        void close();
    }

    OpenConnections(MemoryBudget memory, MeterRegistry metrics) {
        this.memory = memory;
        Gauge.builder("nxt_connections", size::get).description("Open connections of the public port")
                .register(metrics);
        this.slow = metrics.counter("nxt_connections_closed", "reason", "slow");
        this.late = metrics.counter("nxt_connections_closed", "reason", "late");
    }

    /** Whether there is room for one more. */
    boolean admit(TrackedConnection member) {
        if (all.size() >= MOST && !dismissSlowest(each -> true)) {
            return false;
        }
        all.add(member);
        size.set(all.size());
        return true;
    }

    void leave(TrackedConnection member) {
        all.remove(member);
        size.set(all.size());
    }

    /** The largest body that there can ever be memory for, in bytes. */
    long largestBody() {
        return memory.size() / MemoryBudget.COST_OF_JSON;
    }

    /** Whether there is so much memory for a member, if need be after slower ones than it have given theirs back. */
    boolean takeMemory(long bytes, TrackedConnection asking) {
        while (!memory.take(bytes)) {
            if (!dismissSlowest(each -> each != asking && each.holdsMemory() && !each.isKnown()
                    && (asking.isKnown() || each.since() - asking.since() < 0))) {
                return false;
            }
        }
        return true;
    }

    void giveBackMemory(long bytes) {
        memory.giveBack(bytes);
    }

    /** Ends whatever has taken too long. */
    void look(long now) {
        for (TrackedConnection each : List.copyOf(all)) {
            if (each.isLate(now)) {
                if (!each.isLeaving()) {
                    late.increment();
                }
                each.endLate();
            }
        }
    }

    /** Whether there are those who have yet to get an answer, or to take it. */
    boolean isServing() {
        return all.stream().anyMatch(TrackedConnection::isServed);
    }

    void closeAll() {
        List.copyOf(all).forEach(TrackedConnection::close);
    }

    private boolean dismissSlowest(Predicate<TrackedConnection> among) {
        Optional<TrackedConnection> slowest = all.stream().filter(TrackedConnection::owes).filter(among)
                .min(Comparator.comparing(TrackedConnection::isKnown).thenComparing(TrackedConnection::since,
                        (one, other) -> Long.signum(one - other)));
        slowest.ifPresent(each -> {
            if (!each.isLeaving()) {
                slow.increment();
            }
            each.dismiss();
        });
        return slowest.isPresent();
    }
}
