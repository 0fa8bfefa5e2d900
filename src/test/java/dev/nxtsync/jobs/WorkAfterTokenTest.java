package dev.nxtsync.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.process.Threads;
import dev.nxtsync.signin.SignInEvent;
import dev.nxtsync.token.TokenRecovered;

class WorkAfterTokenTest {
    private final List<String> retried = new ArrayList<>();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();

    private interface Retry {
        void of(String connection) throws SQLException;
    }

    @Test
    void allThatWaitedIsTriedHoweverTheTokenCame() {
        var after = after(retried::add);
        after.signedIn(new SignInEvent.Works("person"));
        after.recovered(new TokenRecovered("service"));
        assertThat(retried).containsExactly("person", "person, last", "service", "service, last");
    }

    @Test
    void workThatCannotBeTriedKeepsNoOtherFromIt() {
        after(connection -> {
            throw new SQLException("away", "08006");
        }).recovered(new TokenRecovered("main"));
        assertThat(retried).containsExactly("main, last");
        assertThat(faults()).as("it is tried in its own time").isZero();
        after(connection -> {
            throw new IllegalStateException("a fault");
        }).recovered(new TokenRecovered("main"));
        assertThat(retried).containsExactly("main, last", "main, last");
        assertThat(faults()).isEqualTo(1);
    }

    private WorkAfterToken after(Retry first) {
        return new WorkAfterToken(List.of(work(first), work(connection -> retried.add(connection + ", last"))),
                new Threads(Clock.systemUTC(), metrics));
    }

    private static WaitingWork work(Retry retry) {
        return new WaitingWork() {
            @Override
            public String what() {
                return "things";
            }

            @Override
            public void retry(String connection) throws SQLException {
                retry.of(connection);
            }
        };
    }

    private double faults() {
        return metrics.counter("nxt_thread_failures", "thread", "job").count();
    }
}
