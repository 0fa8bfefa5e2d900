package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.tenant.Tenant;

/** What this process remembers of the pulls that it reads: experience of keys, and of walks. */
class KeyFetchHistoryTest {
    private static final PulledTenant HERE = new PulledTenant("orders", Tenant.company(1));
    private static final PulledTenant THERE = new PulledTenant("orders", Tenant.company(2));

    private long now = Long.MAX_VALUE - Duration.ofSeconds(90).toNanos();
    private final KeyFetchHistory history = new KeyFetchHistory(() -> now);

    @Test
    void fewerKeysGoTogetherThanWereTooManyAndMoreAgainAfterGoodAnswers() {
        var random = new Random(3);
        for (int i = 0; i < 500; i++) {
            int keys = 1 + random.nextInt(400);
            assertThat(history.smaller(HERE, keys)).isEqualTo(keys > 1);
            assertThat(history.together(HERE)).isLessThan(Math.max(2, keys)).isPositive();
            for (int good = random.nextInt(60); good > 0; good--) {
                history.answered(HERE);
            }
            assertThat(history.together(HERE)).isLessThanOrEqualTo(KeyFetchHistory.KEYS_MAX);
        }
        assertThat(history.together(THERE)).as("another company").isEqualTo(200);
    }

    @Test
    void aPullIsLeftAloneForSoLongAlsoWhenTheClockOverflows() {
        assertThat(history.isLeftAlone(HERE)).isFalse();
        history.leaveAlone(HERE, Duration.ofMinutes(2));
        now += Duration.ofSeconds(119).toNanos();
        assertThat(history.isLeftAlone(HERE)).isTrue();
        assertThat(history.isLeftAlone(THERE)).isFalse();
        now += Duration.ofSeconds(1).toNanos();
        assertThat(history.isLeftAlone(HERE)).isFalse();
    }

    @Test
    void anAnswerCountsForAMinute() {
        assertThat(history.wasAnswered(HERE, now)).isFalse();
        history.answered(HERE);
        assertThat(history.wasAnswered(HERE, now + Duration.ofSeconds(59).toNanos())).isTrue();
        assertThat(history.wasAnswered(HERE, now + Duration.ofSeconds(60).toNanos())).isFalse();
        assertThat(history.wasAnswered(THERE, now)).isFalse();
    }

    @Test
    void waitsGrowToAMinuteAndBeginAnewAfterAnAnswer() {
        Duration longest = Duration.ZERO;
        for (int failure = 0; failure < 20; failure++) {
            var wait = history.afterFailure(HERE);
            assertThat(wait).isLessThanOrEqualTo(Duration.ofMinutes(1));
            longest = wait.compareTo(longest) > 0 ? wait : longest;
        }
        assertThat(longest).isEqualTo(Duration.ofMinutes(1));
        history.answered(HERE);
        assertThat(history.afterFailure(HERE)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void aPageThatWasTooLargeIsRememberedOfItsPullInItsCompany() {
        var memory = new WalkMemory();
        var orders = ChangingTable.PLAN;
        assertThat(memory.size(orders, Tenant.company(1)).rows()).isEqualTo(1000);
        memory.size(orders, Tenant.company(1)).tooLarge();
        assertThat(memory.size(orders, Tenant.company(1)).rows()).isEqualTo(500);
        assertThat(memory.size(orders, Tenant.company(2)).rows()).isEqualTo(1000);
        assertThat(memory.cursors()).isSameAs(memory.cursors());
        var other = PullFixture.plan("order", List.of("orderNo"), Optional.empty(),
                new Column("orderNo", "Int", Companion.NONE));
        var listing = new ListingMemory();
        listing.keys(other).tooLarge();
        assertThat(listing.keys(other).rows()).as("keys in one question").isEqualTo(100);
        assertThat(listing.walks().size(other, Tenant.company(1)).rows()).as("rows of a page").isEqualTo(1000);
    }
}
