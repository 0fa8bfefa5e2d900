package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Who may ask for totals, and when. */
class ProofLimitsTest {
    private static final Duration TENTH = Duration.ofMinutes(1).multipliedBy(10)
            .dividedBy(ApiSettings.of(SettingsFixture.defaults()).requestsPerMinute());

    private final AtomicLong now = new AtomicLong(-5);
    private final ProofLimits limits = new ProofLimits(ApiSettings.of(SettingsFixture.defaults()), now::get);

    @Test
    void eachGetsAPlaceInTheRowAndKeepsIt() {
        assertThat(limits.turn(claim(1))).isEmpty();
        var waits = new ArrayList<Duration>();
        for (int unit = 2; unit <= 5; unit++) {
            waits.add(limits.turn(claim(unit)).orElseThrow());
        }
        assertThat(waits).containsExactly(TENTH, TENTH.multipliedBy(2), TENTH.multipliedBy(3), TENTH.multipliedBy(4));
        now.addAndGet(TENTH.multipliedBy(2).toNanos());
        assertThat(limits.turn(claim(5))).contains(TENTH.multipliedBy(2));
        assertThat(limits.turn(claim(3))).isEmpty();
        assertThat(limits.turn(claim(2))).as("late, and not behind the others").isEmpty();
        now.addAndGet(Duration.ofDays(1).toNanos());
        assertThat(limits.turn(claim(6))).as("nothing is saved up").isEmpty();
        assertThat(limits.turn(claim(7))).contains(TENTH);
    }

    @Test
    void aQuestionInPartsTakesThePlacesOfSeveral() {
        assertThat(limits.turn(claim(1))).isEmpty();
        limits.more(claim(1), 4);
        assertThat(limits.turn(claim(2))).contains(TENTH.multipliedBy(5));
    }

    @Test
    void whatTakesAsLongAsTheServerWorksIsTooLong() {
        assertThat(limits.isTooLong(Duration.ofSeconds(53))).isFalse();
        assertThat(limits.isTooLong(Duration.ofSeconds(54))).isTrue();
    }

    private static Claim claim(long unit) {
        return new Claim(unit, new WorkUnit(UnitKind.PROOF, "main", Optional.of(Tenant.company(1)), "orders", 0), 1,
                new UUID(0, 0), 0, 0);
    }
}
