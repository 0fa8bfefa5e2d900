package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Database;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

class ClaimsTest {
    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Replica one = new Replica(store);
    private final Replica two = new Replica(store);
    private final Claims claims = new Claims(store, one);
    private final Claims others = new Claims(store, two);

    @Test
    void aUnitHasOneHolderAndEachClaimRaisesItsFence() throws Exception {
        one.beat();
        two.beat();
        declare(7);
        Claim first = claim(claims).orElseThrow();
        assertThat(claim(others)).isEmpty();
        assertThat(claims.free(first, Optional.of(Instant.EPOCH), Optional.empty(), true)).isTrue();
        assertThat(claims.free(first, Optional.of(Instant.EPOCH), Optional.empty(), true)).as("it is freed already")
                .isFalse();
        Claim second = claim(others).orElseThrow();
        assertThat(second.fence()).isGreaterThan(first.fence());
        assertThat(claims.free(first, Optional.empty(), Optional.empty(), true)).as("an old claim frees nothing")
                .isFalse();
    }

    @Test
    void whatAReplicaHeldIsTakenOverOnlyOnceItHasBeenSilentFor16Seconds() throws Exception {
        one.beat();
        two.beat();
        declare(7);
        Claim held = claim(claims).orElseThrow();
        database.execute(
                "update nxt_sync.replica set beat_at = beat_at - interval '14 s' where id = '" + one.id() + "'");
        assertThat(claim(others)).isEmpty();
        database.execute(
                "update nxt_sync.replica set beat_at = beat_at - interval '3 s' where id = '" + one.id() + "'");
        assertThat(others.claim(List.of(new Claims.ConnectionUnits(UnitKind.POLL, "main")), List.of(), false))
                .as("not after an outage").isEmpty();
        assertThat(claim(others)).map(Claim::fence)
                .hasValueSatisfying(fence -> assertThat(fence).isGreaterThan(held.fence()));
    }

    /** A daemon that dies within eight seconds of each start never lives as long as the grace after an outage. */
    @Test
    void whatWasFoundSilentBeforeAProcessBeganIsTakenOverByItAtOnceAndWhoeverBeatsIsNot() throws Exception {
        one.beat();
        declare(7);
        Claim held = claim(claims).orElseThrow();
        String silent = "update nxt_sync.replica set beat_at = beat_at - interval '20 s' where id = '" + one.id() + "'";
        String ago = "update nxt_sync.replica set found_silent_at = found_silent_at - interval '%d s'";
        database.execute(silent);
        two.beat();
        assertThat(atStart(others)).as("an outage may have kept it from beating").isEmpty();
        database.execute(ago.formatted(5));
        assertThat(atStart(others)).isEmpty();
        database.execute(ago.formatted(4));
        one.beat();
        assertThat(atStart(others)).as("it was alive").isEmpty();
        database.execute(silent);
        assertThat(atStart(others)).as("nobody has seen that it is silent again").isEmpty();
        two.beat();
        database.execute(ago.formatted(9));
        var next = new Replica(store);
        next.beat();
        assertThat(atStart(new Claims(store, next))).map(Claim::fence)
                .hasValueSatisfying(fence -> assertThat(fence).isGreaterThan(held.fence()));
    }

    private static Optional<Claim> atStart(Claims claims) throws SQLException {
        return claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.POLL, "main")), List.of(), false);
    }

    /** A command that was killed had its work from a person, not from a schedule. */
    @Test
    void whatASilentReplicaHeldIsFinishedAlthoughItWasNotDue() throws Exception {
        two.beat();
        declare(7);
        database.execute("update nxt_sync.job set due_at = '9999-01-01'");
        assertThat(claim(others)).isEmpty();
        assertThat(claims.claim(WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(7), "")))
                .isInstanceOf(Claims.Claimed.class);
        assertThat(claim(others)).map(Claim::kind).contains(UnitKind.POLL);
    }

    @Test
    void aUnitIsDueWhenItsTimeHasComeOrSomebodyWokeItButNotBeforeItsBackOffHasPassed() throws Exception {
        one.beat();
        declare(7);
        Claim first = claim(claims).orElseThrow();
        new PullUnitStore(store).wake("orders", "main", Scope.COMPANY);
        claims.free(first, Optional.of(Instant.now().plusSeconds(3600)), Optional.empty(), true);
        Claim woken = claim(claims).orElseThrow();
        assertThat(woken.wanted()).as("a wake-up during a run is not lost").isEqualTo(first.wanted() + 1);
        claims.free(woken, Optional.empty(), Optional.of(Duration.ofHours(1)), false);
        assertThat(claim(claims)).as("in its back-off").isEmpty();
        database.execute("update nxt_sync.job set retry_at = now()");
        Claim again = claim(claims).orElseThrow();
        assertThat(again.failures()).isEqualTo(1);
        claims.free(again, Optional.empty(), Optional.empty(), true);
        assertThat(claim(claims)).as("its wake-ups are served and its time is in an hour").isEmpty();
    }

    /** Such as that of a proof, by the end of a load that it has not seen. */
    @Test
    void aTimeThatIsSetDuringARunIsNotLostByItsEnd() throws Exception {
        one.beat();
        declare(7);
        Claim first = claim(claims).orElseThrow();
        var polls = UnitSelection.ofKinds(List.of(UnitKind.POLL));
        store.useTransaction(transaction -> polls.makeDue(transaction, Instant.now().plusSeconds(5)));
        claims.free(first, Optional.of(Instant.now().plusSeconds(600)), Optional.empty(), true);
        Claim again = claim(claims).orElseThrow();
        claims.free(again, Optional.of(Instant.now().plusSeconds(5)), Optional.empty(), true);
        assertThat(claim(claims)).as("it has looked, and its time has not come").isEmpty();
        store.useTransaction(transaction -> polls.makeDue(transaction, Instant.now().plusSeconds(3)));
        assertThat(claim(claims)).as("nobody was at work on it").isEmpty();
    }

    @Test
    void replicasThatClaimAtTheSameTimeNeverGetTheSameUnit() throws Exception {
        one.beat();
        two.beat();
        int units = 400;
        for (int company = 1; company <= units; company++) {
            new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(company)));
        }
        database.execute("update nxt_sync.job set due_at = now() where kind = 'poll'");
        var threads = Executors.newFixedThreadPool(6);
        var claimed = new ConcurrentLinkedQueue<Long>();
        try {
            var working = new ArrayList<Future<?>>();
            for (int i = 0; i < 6; i++) {
                Claims by = i % 2 == 0 ? claims : others;
                working.add(threads.submit(() -> {
                    Optional<Claim> next = claim(by);
                    while (next.isPresent()) {
                        claimed.add(next.get().unit());
                        next = claim(by);
                    }
                    return null;
                }));
            }
            for (Future<?> each : working) {
                each.get();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(claimed).doesNotHaveDuplicates().hasSize(units);
    }

    @Test
    void whoeverTakesOverCountsTwoLostCallsAndTheyAreForgottenWhenTheirSlotsAreFree() throws Exception {
        one.beat();
        two.beat();
        declare(7);
        assertThat(claim(claims)).isPresent();
        var lost = new LostCalls(store);
        assertThat(lost.keep(Map.of(), Duration.ofMinutes(30))).isEmpty();
        database.execute(
                "update nxt_sync.replica set beat_at = beat_at - interval '17 s' where id = '" + one.id() + "'");
        assertThat(claim(others)).isPresent();
        assertThat(lost.keep(Map.of(Tenant.company(8), 3), Duration.ofMinutes(30)))
                .containsExactlyInAnyOrderEntriesOf(Map.of(Tenant.company(7), 2, Tenant.company(8), 3));
        database.execute(
                "update nxt_sync.lost_call set lost_at = lost_at - interval '31 min' where tenant = 'company 7'");
        assertThat(lost.keep(Map.of(), Duration.ofMinutes(30))).containsOnlyKeys(Tenant.company(8));
    }

    @Test
    void oneUnitCanBeClaimedByNameAndElseItIsSaidWhoHasIt() throws Exception {
        one.beat();
        two.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        var claimed = (Claims.Claimed) claims
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), "orders"));
        var taken = (Claims.UnitTaken) others
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), "orders"));
        assertThat(taken.holder()).asString().contains(" since 2");
        assertThat(claims.claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), "lines")))
                .isInstanceOf(Claims.NoSuchUnit.class);
        claims.free(claimed.claim(), Optional.empty(), Optional.empty(), true);
        assertThat(others.claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), "orders")))
                .isInstanceOf(Claims.Claimed.class);
    }

    @Test
    void whereAsManyOfAKindAsCanWorkAreHeldOfACompanyAnotherCompanyIsServed() throws Exception {
        one.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        new PullUnitStore(store).declare("lines", "main", List.of(Tenant.company(7)));
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(8)));
        database.execute("update nxt_sync.job set due_at = due_at - interval '1 h' where company = 7");
        var loads = List.of(new Claims.ConnectionUnits(UnitKind.LOAD, "main"));
        Claim held = claims.claim(loads, List.of(), true).orElseThrow();
        assertThat(held.company()).isEqualTo(7);
        assertThat(claims.claim(loads, List.of(held), true)).map(Claim::company).contains(8);
        assertThat(claims.claim(loads, List.of(held), true)).isEmpty();
        assertThat(claims.claim(loads, List.of(), true)).map(Claim::company).contains(7);
    }

    @Test
    void aRunTakesAlongWhatIsDueAndFreeOfItsKindAndCompany() throws Exception {
        one.beat();
        two.beat();
        for (String pull : List.of("orders", "lines", "products", "prices")) {
            new PullUnitStore(store).declare(pull, "main", List.of(Tenant.company(7)));
        }
        new PullUnitStore(store).declare("lines", "main", List.of(Tenant.company(8)));
        database.execute("update nxt_sync.job set due_at = '9999-01-01' where kind = 'load' and pull = 'products'");
        Claim first = load(claims, "orders");
        Claim held = load(others, "prices");
        assertThat(claims.claimAlong(first, true, 0)).isEmpty();
        assertThat(claims.claimAlong(first, true, 9)).singleElement().satisfies(along -> {
            assertThat(along.work()).isEqualTo(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), "lines"));
            assertThat(along.fence()).isGreaterThan(first.fence());
            assertThat(((Claims.UnitTaken) others.claim(along.work())).holder()).asString()
                    .endsWith(" together with others of its company");
        });
        others.free(held, Optional.empty(), Optional.empty(), true);
        assertThat(claims.claimAlong(first, true, 9)).extracting(Claim::entry).containsExactly("prices");
    }

    @Test
    void whoeverTakesOverWhatARunTookAlongCountsTheLostCallsOfOneRun() throws Exception {
        one.beat();
        two.beat();
        for (String pull : List.of("orders", "lines", "products")) {
            new PullUnitStore(store).declare(pull, "main", List.of(Tenant.company(7)));
        }
        assertThat(claims.claimAlong(load(claims, "orders"), true, 9)).hasSize(2);
        database.execute(
                "update nxt_sync.replica set beat_at = beat_at - interval '17 s' where id = '" + one.id() + "'");
        Claim first = load(others, "lines");
        assertThat(others.claimAlong(first, true, 9)).hasSize(2);
        assertThat(new LostCalls(store).keep(Map.of(), Duration.ofMinutes(30))).isEqualTo(Map.of(Tenant.company(7), 2));
    }

    private static Claim load(Claims by, String pull) throws SQLException {
        return ((Claims.Claimed) by.claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), pull))).claim();
    }

    @Test
    void aUnitThatNoThreadKnowsOfIsFreedAndAStalledOneIsTakenAway() throws Exception {
        one.beat();
        declare(7);
        declare(8);
        Claim known = claim(claims).orElseThrow();
        Claim lost = claim(claims).orElseThrow();
        claims.freeAllBut(List.of(known.fence()));
        assertThat(claim(claims)).map(Claim::company).contains(lost.company());
        claims.giveUp(known, Duration.ZERO);
        assertThat(claim(claims)).map(Claim::fence)
                .hasValueSatisfying(fence -> assertThat(fence).isGreaterThan(known.fence()));
    }

    /** As after a fail-over to a server that the freeing had not reached. */
    @Test
    void aUnitThatThisProcessHoldsWithoutKnowingIsClaimedAnewByItAndByNobodyElse() throws Exception {
        one.beat();
        two.beat();
        var unit = WorkUnit.ofToken("main");
        database.execute(
                "insert into nxt_sync.job (kind, connection, scope, company) values ('token', 'main', 'connection', 0)");
        var before = (Claims.Claimed) claims.claim(unit);
        assertThat(others.claim(unit)).isInstanceOf(Claims.UnitTaken.class);
        assertThat(claims.claim(unit)).isInstanceOfSatisfying(Claims.Claimed.class,
                again -> assertThat(again.claim().fence()).isGreaterThan(before.claim().fence()));
        assertThat(claims.giveBack(before.claim())).as("the claim before holds nothing").isFalse();
    }

    /** A pull that has been loaded, so that its poll is due. */
    private void declare(int company) throws Exception {
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(company)));
        database.execute("update nxt_sync.job set due_at = now() where kind = 'poll'");
    }

    private static Optional<Claim> claim(Claims by) throws Exception {
        return by.claim(List.of(new Claims.ConnectionUnits(UnitKind.POLL, "main")), List.of(), true);
    }
}
