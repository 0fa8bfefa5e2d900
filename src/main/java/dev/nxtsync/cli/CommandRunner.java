package dev.nxtsync.cli;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.SqlState;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.token.ConnectUnreachable;

/** Runs a command, and lets it unwind when a person stops it, so that it leaves no unit of work claimed. */
@Singleton
class CommandRunner implements QuarkusApplication {
    /** For the request under way, and again once it has been given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Instance<Command> commands;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Thread thread;

    CommandRunner(Instance<Command> commands) {
        this.commands = commands;
    }

    @Override
    public int run(String... arguments) throws Exception {
        thread = Thread.currentThread();
        try {
            return Commands.parse(arguments).call().orElseThrow().on(commands);
        } catch (ShuttingDown e) {
            // the signal decides the exit code
            return 0;
        } catch (UnusableArgument e) {
            System.err.println(e.getMessage());
            return ExitCode.USAGE;
        } catch (SQLException | FailedAnswer | ConnectUnreachable e) {
            System.out.println("PROBLEM    " + problem(e));
            return ExitCode.FOUND_PROBLEMS;
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

    /** What is in the way of a command. */
    static String problem(Exception e) {
        if (e instanceof FailedAnswer failed) {
            return "API: " + failed.failure().reason().coded();
        }
        if (e instanceof ConnectUnreachable unreachable) {
            return unreachable.reason().coded() + " Nothing was done.";
        }
        if (e instanceof TargetFault fault) {
            return fault.reason().coded();
        }
        boolean isNew = e instanceof SQLException sql && SqlState.UNDEFINED_TABLE.equals(sql.getSQLState());
        return "database: " + (isNew
                ? new Problem(ErrorCode.DATABASE_NEW,
                        "It has no tables of nxt-sync yet. " + ErrorCode.DATABASE_NEW.nextStep())
                : DatabaseFault.of(e)).coded();
    }
}
