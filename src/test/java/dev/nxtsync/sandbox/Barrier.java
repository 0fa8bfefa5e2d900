package dev.nxtsync.sandbox;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds back requests whose body has a text, from the time it is shut until it is opened. Safe for any number of threads. */
final class Barrier {
    private final AtomicInteger held = new AtomicInteger();
    private volatile Bar bar = new Bar("", CompletableFuture.completedFuture(null));

    private record Bar(String text, CompletableFuture<Void> gone) {}

    /** Those that are held back already stay so, also when it is opened. */
    void shut(String text) {
        bar = new Bar(text, new CompletableFuture<>());
    }

    void open() {
        bar.gone().complete(null);
    }

    /** Done when a request may go on. */
    CompletableFuture<Void> pass(String body) {
        var now = bar;
        if (now.gone().isDone() || !body.contains(now.text())) {
            return CompletableFuture.completedFuture(null);
        }
        held.incrementAndGet();
        return now.gone();
    }

    /** How many requests were held back so far. */
    int held() {
        return held.get();
    }
}
