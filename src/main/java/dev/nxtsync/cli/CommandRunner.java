package dev.nxtsync.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.error.ShuttingDown;

/** Runs a command, and lets it unwind when a person stops it, so that it leaves no unit of work claimed. */
@Singleton
class CommandRunner implements QuarkusApplication {
    /** For the request under way, and again once it has been given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Instance<QuarkusApplication> commands;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    CommandRunner(Instance<QuarkusApplication> commands) {
        this.commands = commands;
    }

    @Override
    public int run(String... arguments) throws Exception {
        thread = Thread.currentThread();
        try {
            return commands.select(CommandLine.command(arguments[0])).get().run(arguments);
        } catch (ShuttingDown e) {
            // the signal decides the exit code
            return 0;
        } finally {
            ended.countDown();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        var working = thread;
        if (working != null && !ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            working.interrupt();
            ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
