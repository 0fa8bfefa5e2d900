package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/**
 * Two replicas renew the tokens of several persons' connections, and one of them is killed, again and again. Each test takes
 * the replica that the one before has left, and leaves nobody signed in.
 */
@Tag("signin")
class RenewalsSurviveKillsIT {
    private static final Duration LIFE = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int KILLS = Size.of(1, 15);
    private static final List<String> PLAIN = Size.of(List.of("main", "b"), List.of("main", "b", "c", "d", "e", "f"));
    private static final List<String> GRACED = Size.of(List.of("m", "n"), List.of("m", "n", "o", "p", "q", "r"));

    private static final List<Replica> REPLICAS = new ArrayList<>();
    private static final Random RANDOM = new Random(42);
    private static TestDatabase database;
    private static Sandbox sandbox;

    /** Sign-ins that were asked for, and those of which a kill had caught a refresh, each as connection and generation. */
    private final Set<String> forced = new TreeSet<>();
    private final Set<String> caught = new TreeSet<>();

    /** A replica, and the id under which it holds units. */
    private record Replica(Daemon daemon, String id) {}

    @BeforeAll
    static void begin() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SignIns.options(LIFE));
    }

    @AfterAll
    static void end() {
        REPLICAS.forEach(each -> each.daemon().close());
        sandbox.close();
    }

    @AfterEach
    void nobodyIsSignedIn() {
        Stream.of(PLAIN, GRACED).flatMap(List::stream)
                .forEach(each -> assertThat(REPLICAS.get(0).daemon()
                        .operator("DELETE", "/api/connections/" + each + "/sign-in", SignIns.OPERATOR).status())
                        .isEqualTo(200));
    }

    @Test
    void withTokensThatAreReusedNoKillAsksForASignIn() throws Exception {
        sandbox.reusedTokens();
        run("re-use", PLAIN);
        assertThat(forced).isEmpty();
    }

    @Test
    void withOneTimeTokensAndAGracePeriodNoKillAsksForASignIn() throws Exception {
        sandbox.oneTimeTokens(Duration.ofSeconds(60));
        run("one time, 60 s of grace", GRACED);
        assertThat(forced).isEmpty();
    }

    @Test
    void withOneTimeTokensAndNoGraceOnlyAKillBetweenMarkAndCommitAsksForASignIn() throws Exception {
        sandbox.oneTimeTokens(Duration.ZERO);
        run("one time, no grace", PLAIN);
        assertThat(caught).containsAll(forced);
    }

    private void run(String what, List<String> connections) throws Exception {
        two();
        for (String name : connections) {
            SignIns.signIn(REPLICAS.get(0).daemon(), name);
        }
        // some answers take their time, so that kills meet refreshes
        sandbox.faults(Map.of("token-slow", 0.4));
        int renewals = Size.of(6 * connections.size(), 1000);
        long begun = sandbox.counter("refreshes");
        long refused = sandbox.counter("refreshes_refused");
        for (int kills = 1; kills <= KILLS; kills++) {
            two();
            long share = begun + (long) renewals * kills / (KILLS + 1);
            long moment = RANDOM.nextInt(3);
            awaitRefreshes(share + moment + 1);
            Replica victim = victim(connections);
            victim.daemon().kill();
            caught.addAll(underWay(victim, connections));
            REPLICAS.remove(victim);
            // what it held is taken over at once, as if it had been silent for long
            database.execute(
                    "update nxt_sync.replica set beat_at = beat_at - interval '16 s' where id = '" + victim.id() + "'");
        }
        awaitRefreshes(begun + renewals);
        // whatever the last kill has caught comes to its end, and all go on
        sandbox.faults(Map.of());
        await().atMost(LONG).until(() -> {
            notice();
            return database.number("select count(*) from nxt_sync.user_grant where pending_at < clock_timestamp() "
                    + "- interval '6 s' or state = 'needed' and subject is not null") == 0;
        });
        for (Replica each : REPLICAS) {
            await().atMost(LONG).until(() -> connections.stream()
                    .allMatch(name -> each.daemon().metric("nxt_token_expires_in_seconds", "\"" + name + "\"") > 0));
        }
        Size.figure("%s: %d renewals, %d kills, %d refreshes caught by them, %d sign-ins asked for", what,
                sandbox.counter("refreshes") - begun, KILLS, caught.size(), forced.size());
        assertThat(sandbox.counter("replays")).as("a consumed token was sent").isZero();
        assertThat(sandbox.counter("refreshes_refused")).isEqualTo(refused);
    }

    private void awaitRefreshes(long count) {
        await().atMost(LONG).until(() -> {
            notice();
            return sandbox.counter("refreshes") >= count;
        });
    }

    /** Whichever is at work on a refresh, as a few kills meet something only if they are aimed; else either. */
    private static Replica victim(List<String> connections) {
        if (Size.full()) {
            return REPLICAS.get(RANDOM.nextInt(REPLICAS.size()));
        }
        return await().atMost(LONG).pollInterval(Duration.ofMillis(50))
                .until(() -> REPLICAS.stream().filter(each -> !underWay(each, connections).isEmpty()).findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Starts as many as lack. */
    private static void two() {
        while (REPLICAS.size() < 2) {
            var before = ids();
            var daemon = builder().start();
            daemon.awaitReady();
            REPLICAS.add(new Replica(daemon, await().atMost(LONG)
                    .until(() -> ids().stream().filter(each -> !before.contains(each)).findFirst(), Optional::isPresent)
                    .orElseThrow()));
        }
    }

    private static Daemon.Builder builder() {
        var builder = SignIns.daemon(sandbox, database).without("NXT_CLIENT_ID").without("NXT_CLIENT_SECRET")
                .with("NXT_PULLS_ORDERS_EVERY", "1m");
        Stream.of(PLAIN, GRACED).flatMap(List::stream).forEach(name -> {
            String prefix = "NXT_CONNECTIONS_" + name.toUpperCase(Locale.ROOT) + "_";
            builder.with(prefix + "KIND", "user").with(prefix + "CLIENT_ID", "isv_demo")
                    .with(prefix + "CLIENT_SECRET", "demo+secret%/:1")
                    .with(prefix + "REFRESH_GRACE", GRACED.contains(name) ? "60s" : "0s");
        });
        return builder;
    }

    private static Set<String> ids() {
        return database.rows("select id from nxt_sync.replica").stream().map(row -> row.get("id"))
                .collect(Collectors.toSet());
    }

    /** What it has sent and not stored, which is lost with it. */
    private static List<String> underWay(Replica replica, List<String> connections) {
        return database.rows("select g.connection, g.generation from nxt_sync.user_grant g join nxt_sync.job j "
                + "on j.kind = 'token' and j.connection = g.connection where g.pending_at is not null and j.holder = '"
                + replica.id() + "'").stream().filter(row -> connections.contains(row.get("connection")))
                .map(row -> row.get("connection") + " " + row.get("generation")).toList();
    }

    /** Looks who has to sign in again, sees that it is said, and does so. */
    private void notice() {
        for (var row : database.rows("select connection, generation from nxt_sync.user_grant where state = 'needed' "
                + "and subject is not null")) {
            String name = row.get("connection");
            forced.add(name + " " + row.get("generation"));
            var daemon = REPLICAS.get(0).daemon();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> daemon.get("/q/health/well").body().contains("Run: sign-in " + name));
            SignIns.signIn(daemon, name);
        }
    }
}
