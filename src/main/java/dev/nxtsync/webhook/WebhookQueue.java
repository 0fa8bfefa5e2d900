package dev.nxtsync.webhook;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.WebhookSettings;
import dev.nxtsync.error.Words;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.Inbox.Addressee;
import dev.nxtsync.process.Loop;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.schedule.JobRunner;

/**
 * Keeps events in the inbox, as many in one transaction as have come meanwhile, and wakes the units that look at them, at most
 * ten times a second. What waits to be kept is bounded; beyond that, events are turned away. Safe for any number of threads.
 */
@Singleton
public class WebhookQueue {
    private static final Logger LOG = Logger.getLogger(WebhookQueue.class);
    private static final String THREAD = "webhook-intake";
    private static final int WAITING = 2_000;
    private static final int TOGETHER = 500;
    private static final long BETWEEN_WAKE_UPS = Duration.ofMillis(100).toNanos();
    private static final Duration LAST_CALLS = Duration.ofSeconds(5);

    private final Inbox inbox;
    private final JobRunner runner;
    private final Heartbeat heartbeat;
    private final Threads threads;
    private final Pulls pulls;
    private final boolean isOpen;
    private final BlockingQueue<WebhookCall> waiting = new ArrayBlockingQueue<>(WAITING);
    private final Set<Long> toWake = new HashSet<>();
    private @Nullable Loop keeper;
    private long wokenAt = System.nanoTime();
    private volatile boolean stopping;

    WebhookQueue(Inbox inbox, JobRunner runner, Heartbeat heartbeat, Threads threads, WebhookSettings settings,
            Pulls pulls) {
        this.inbox = inbox;
        this.runner = runner;
        this.heartbeat = heartbeat;
        this.threads = threads;
        this.isOpen = settings.isOpen();
        this.pulls = pulls;
    }

    /**
     * An event that waits to be kept.
     *
     * @param hash SHA-256 of its body, in hexadecimal digits
     * @param answer is told what became of it, once that is durable, on another thread
     */
    public record WebhookCall(String hash, TableChange change, Consumer<WebhookResult> answer) {}

    void begin(@Observes Threads begun) {
        if (isOpen) {
            keeper = threads.loop(THREAD, Duration.ZERO, this::keepSome);
        }
    }

    /** Says whether the event will be kept, or at least tried to; if not, it is not told of again. */
    public boolean offer(WebhookCall call) {
        if (stopping || heartbeat.problem().isPresent() || !waiting.offer(call)) {
            return false;
        }
        // if the end has come meanwhile, perhaps nobody looks at what waits any more
        return !(stopping && waiting.remove(call));
    }

    /** Whatever happens, each call is answered. */
    private synchronized void keepSome() {
        var calls = new ArrayList<WebhookCall>();
        var verdicts = new IdentityHashMap<WebhookCall, WebhookResult>();
        try {
            var first = waiting.poll(100, TimeUnit.MILLISECONDS);
            if (first != null) {
                calls.add(first);
                waiting.drainTo(calls, TOGETHER - 1);
                keep(calls, verdicts);
            }
        } catch (InterruptedException e) {
            // told to hurry up, since the process stops
        } finally {
            calls.forEach(call -> answer(call, verdicts.getOrDefault(call, WebhookResult.UNAVAILABLE)));
        }
        wake();
    }

    /** One that cannot be answered keeps no other from its answer. */
    private void answer(WebhookCall call, WebhookResult result) {
        try {
            call.answer().accept(result);
        } catch (RuntimeException | Error e) {
            threads.failed(THREAD, e, "The answer to a webhook");
        }
    }

    private void keep(List<WebhookCall> calls, Map<WebhookCall, WebhookResult> verdicts) {
        var byHash = new LinkedHashMap<String, List<WebhookCall>>();
        calls.forEach(call -> byHash.computeIfAbsent(call.hash(), hash -> new ArrayList<>()).add(call));
        try {
            Inbox.EventsTaken taken = inbox.add(byHash.values().stream().map(twins -> event(twins.get(0))).toList());
            toWake.addAll(taken.units());
            byHash.forEach((hash, twins) -> {
                Inbox.Fate fate = taken.fates().getOrDefault(hash, Inbox.Fate.UNKNOWN);
                for (int i = 0; i < twins.size(); i++) {
                    verdicts.put(twins.get(i), verdict(fate, i == 0));
                }
            });
        } catch (SQLException e) {
            LOG.debugf("%s not stored: %s", Words.count(calls.size(), "webhook was", "webhooks were"), e.getMessage());
        }
    }

    private Inbox.Event event(WebhookCall call) {
        TableChange change = call.change();
        return new Inbox.Event(call.hash(), change.stamped(), change.table(), change.tenant(), change.key(),
                change.kind(), pulls.ofTable(change.table()).stream()
                        .map(pull -> new Addressee(pull.name(), pull.connection())).toList());
    }

    private static WebhookResult verdict(Inbox.Fate fate, boolean first) {
        return switch (fate) {
            case KEPT -> first ? WebhookResult.ACCEPTED : WebhookResult.DUPLICATE;
            case DUPLICATE -> WebhookResult.DUPLICATE;
            case UNKNOWN -> WebhookResult.UNKNOWN;
        };
    }

    private void wake() {
        long now = System.nanoTime();
        if (toWake.isEmpty() || now - wokenAt < BETWEEN_WAKE_UPS) {
            return;
        }
        wokenAt = now;
        try {
            inbox.wake(toWake);
            toWake.clear();
            runner.look();
        } catch (SQLException e) {
            LOG.debugf("units are woken later: %s", e.getMessage());
        }
    }

    /** Keeps what waits, and answers it: last, so that events are taken in as long as runs are waited for. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER) ShutdownEvent event) throws InterruptedException {
        stopping = true;
        long begun = System.nanoTime();
        if (keeper != null) {
            keeper.stop(LAST_CALLS);
        }
        while (!waiting.isEmpty() && System.nanoTime() - begun < LAST_CALLS.toNanos()) {
            keepSome();
        }
        var late = new ArrayList<WebhookCall>();
        waiting.drainTo(late);
        late.forEach(call -> answer(call, WebhookResult.UNAVAILABLE));
    }
}
