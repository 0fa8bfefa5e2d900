package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Two replicas renew the tokens of several persons' connections, and one of them is killed, again and again. */
@Tag("signin")
@Execution(ExecutionMode.CONCURRENT)
class RenewalsSurviveKillsIT {
    private static final Duration LIFE = Duration.ofSeconds(4);
    private static final int RENEWALS = Size.of(24, 1000);
    private static final int KILLS = Size.of(1, 15);
    private static final List<String> CONNECTIONS = Size.of(List.of("main", "b", "c", "d"),
            List.of("main", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"));

    @Test
    void withTokensThatAreReusedNoKillAsksForASignIn() throws Exception {
        try (var course = new Course(Duration.ofSeconds(0))) {
            course.run("re-use");
            assertThat(course.forced).isEmpty();
        }
    }

    @Test
    void withOneTimeTokensAndAGracePeriodNoKillAsksForASignIn() throws Exception {
        try (var course = new Course(Duration.ofSeconds(60))) {
            course.sandbox.oneTimeTokens(Duration.ofSeconds(60));
            course.run("one time, 60 s of grace");
            assertThat(course.forced).isEmpty();
        }
    }

    @Test
    void withOneTimeTokensAndNoGraceOnlyAKillBetweenMarkAndCommitAsksForASignIn() throws Exception {
        try (var course = new Course(Duration.ofSeconds(0))) {
            course.sandbox.oneTimeTokens(Duration.ZERO);
            course.run("one time, no grace");
            assertThat(course.caught).containsAll(course.forced);
        }
    }

    /** A replica, and the id under which it holds units. */
    private record Replica(Daemon daemon, String id) {}

    private static final class Course implements AutoCloseable {
        final TestDatabase database = TestDatabase.migrated();
        final Sandbox sandbox = new Sandbox(SignIns.options(LIFE));
        final Daemon.Builder builder = SignIns.daemon(sandbox, database);
        final List<Replica> replicas = new ArrayList<>();
        /** Sign-ins that were asked for, and those of which a kill had caught a refresh, each as connection and generation. */
        final Set<String> forced = new TreeSet<>();
        final Set<String> caught = new TreeSet<>();
        private final Random random = new Random(42);

        Course(Duration grace) {
            for (String name : CONNECTIONS) {
                String prefix = "NXT_CONNECTIONS_" + name.toUpperCase(java.util.Locale.ROOT) + "_";
                builder.with(prefix + "KIND", "user").with(prefix + "CLIENT_ID", "isv_demo")
                        .with(prefix + "CLIENT_SECRET", "demo+secret%/:1")
                        .with(prefix + "REFRESH_GRACE", grace.toSeconds() + "s");
            }
            builder.without("NXT_CLIENT_ID").without("NXT_CLIENT_SECRET");
        }

        void run(String what) throws Exception {
            start();
            start();
            for (String name : CONNECTIONS) {
                SignIns.signIn(replicas.get(0).daemon(), name);
            }
            // some answers take their time, so that kills meet refreshes
            sandbox.faults(Map.of("token-slow", 0.4));
            long begun = sandbox.counter("refreshes");
            for (int kills = 1; kills <= KILLS; kills++) {
                long share = begun + (long) RENEWALS * kills / (KILLS + 1);
                long moment = random.nextInt(3);
                await().atMost(Duration.ofMinutes(2)).until(() -> {
                    notice();
                    return sandbox.counter("refreshes") > share + moment;
                });
                Replica victim = replicas.remove(random.nextInt(2));
                if (!Size.full()) {
                    // a few kills meet something only if they are aimed
                    await().pollInterval(Duration.ofMillis(100)).atMost(Duration.ofMinutes(2))
                            .until(() -> !underWay(victim).isEmpty());
                }
                victim.daemon().kill();
                caught.addAll(underWay(victim));
                start();
            }
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                notice();
                return sandbox.counter("refreshes") >= begun + RENEWALS;
            });
            // whatever the last kill has caught comes to its end, and all go on
            sandbox.faults(Map.of());
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                notice();
                return database.number("select count(*) from nxt_sync.user_grant where pending_at < clock_timestamp() "
                        + "- interval '6 s' or state = 'needed'") == 0;
            });
            for (Replica each : replicas) {
                await().atMost(Duration.ofMinutes(1)).until(() -> CONNECTIONS.stream().allMatch(
                        name -> each.daemon().metric("nxt_token_expires_in_seconds", "\"" + name + "\"") > 0));
            }
            Size.figure("%s: %d renewals, %d kills, %d refreshes caught by them, %d sign-ins asked for", what,
                    sandbox.counter("refreshes"), KILLS, caught.size(), forced.size());
            assertThat(sandbox.counter("replays")).as("a consumed token was sent").isZero();
            assertThat(sandbox.counter("refreshes_refused")).isZero();
        }

        private void start() {
            var before = ids();
            builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT");
            int port = Daemon.freePort();
            var daemon = builder.with("NXT_HTTP_PORT", port).with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).start();
            daemon.awaitReady();
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> ids().size() > before.size() || !before.containsAll(ids()));
            var id = ids().stream().filter(each -> !before.contains(each)).findFirst().orElseThrow();
            replicas.add(new Replica(daemon, id));
        }

        private Set<String> ids() {
            return database.count("nxt_sync.replica") == 0
                    ? Set.of()
                    : database.rows("select id from nxt_sync.replica").stream().map(row -> row.get("id"))
                            .collect(Collectors.toSet());
        }

        /** What it has sent and not stored, which is lost with it. */
        private List<String> underWay(Replica replica) {
            return database.rows("select g.connection, g.generation from nxt_sync.user_grant g join nxt_sync.job j "
                    + "on j.kind = 'token' and j.connection = g.connection where g.pending_at is not null and j.holder = '"
                    + replica.id() + "'").stream().map(row -> row.get("connection") + " " + row.get("generation"))
                    .toList();
        }

        /** Looks who has to sign in, sees that it is said, and does so. */
        private void notice() {
            for (var row : database
                    .rows("select connection, generation from nxt_sync.user_grant where state = 'needed'")) {
                String name = row.get("connection");
                forced.add(name + " " + row.get("generation"));
                var daemon = replicas.get(0).daemon();
                await().atMost(Duration.ofSeconds(20)).until(() -> daemon.get("/q/health/well").body()
                        .contains("Run: sign-in " + name));
                SignIns.signIn(daemon, name);
            }
        }

        @Override
        public void close() {
            replicas.forEach(each -> each.daemon().close());
            sandbox.close();
        }
    }
}
