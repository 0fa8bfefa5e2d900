package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.tenant.Tenant;

class RequestBudgetTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void whatSomebodyWaitsForGoesBeforeLoadsButNotForEver() throws Exception {
        var budget = new RequestBudget(1);
        assertThat(budget.enter(false)).isPresent();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        var threads = new ArrayList<Thread>();
        for (String name : List.of("load", "poll 1", "poll 2", "poll 3", "poll 4")) {
            var thread = new Thread(() -> {
                try {
                    budget.enter(name.equals("load"));
                    order.add(name);
                    budget.unused(name.equals("load"));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        }
        budget.unused(false);
        for (Thread thread : threads) {
            thread.join(10_000);
        }
        // one had gone before they came
        assertThat(order).containsExactly("poll 1", "poll 2", "load", "poll 3", "poll 4");
    }

    @Test
    void aRefusalHalvesTheRateOnceAndItRecoversByATenthEveryTenSeconds() {
        var window = new RateWindow(100);
        window.tooMany(0);
        window.tooMany(SECOND);
        assertThat(window.limit()).as("refusals of one moment").isEqualTo(50);
        window.tooMany(6 * SECOND);
        window.tooMany(12 * SECOND);
        window.tooMany(18 * SECOND);
        window.tooMany(24 * SECOND);
        assertThat(window.limit()).as("never less than a tenth").isEqualTo(10);
        window.enter(false, 34 * SECOND);
        assertThat(window.limit()).isEqualTo(20);
        window.enter(false, 500 * SECOND);
        assertThat(window.limit()).isEqualTo(100);
    }

    @Test
    void aCompanyHasNoMorePlacesThanAreSetAndLostCallsKeepTheirs() throws Exception {
        var slots = new Slots(settings(4, 6).budget());
        for (int i = 0; i < 4; i++) {
            assertThat(slots.enter(Tenant.company(1), false)).isTrue();
        }
        var fifth = new Thread(() -> {
            try {
                slots.enter(Tenant.company(1), false);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        fifth.setDaemon(true);
        fifth.start();
        await().until(() -> fifth.getState() == Thread.State.TIMED_WAITING);
        assertThat(slots.enter(Tenant.company(2), false)).as("another company").isTrue();
        slots.ended(Tenant.company(1), true);
        fifth.join(5_000);
        assertThat(fifth.isAlive()).as("4 live and 1 lost of 6").isFalse();
        assertThat(slots.unkept()).isEqualTo(Map.of(Tenant.company(1), 1));
        slots.keep(Map.of(Tenant.company(1), 1), Map.of(Tenant.company(1), 3, Tenant.company(3), 1));
        assertThat(slots.unkept()).isEmpty();
        assertThat(slots.lost()).containsEntry(Tenant.company(1), 3).containsEntry(Tenant.company(3), 1);
        slots.ended(Tenant.company(1), false);
        slots.ended(Tenant.company(1), false);
        assertThat(slots.enter(Tenant.company(1), false)).as("2 live and 3 lost").isTrue();
        var sixth = new Thread(() -> {
            try {
                slots.enter(Tenant.company(1), false);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        sixth.setDaemon(true);
        sixth.start();
        await().until(() -> sixth.getState() == Thread.State.TIMED_WAITING);
        slots.keep(Map.of(), Map.of());
        sixth.join(5_000);
        assertThat(sixth.isAlive()).as("the lost calls' slots are free again").isFalse();
    }

    private static Settings settings(int inProgress, int slots) {
        return SettingsFixture.defaults().with(new Settings.BudgetSettings(540, inProgress, slots, 1));
    }

    @Test
    void aPauseThatTheServerAskedForIsKept() throws Exception {
        var budget = new RequestBudget(100);
        budget.tooMany(Duration.ofMillis(300));
        assertThat(budget.enter(false))
                .hasValueSatisfying(waited -> assertThat(waited).isGreaterThanOrEqualTo(Duration.ofMillis(290)));
        assertThat(budget.limit()).isEqualTo(50);
    }
}
