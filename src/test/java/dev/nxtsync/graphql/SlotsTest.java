package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.tenant.Tenant;

class SlotsTest {
    private static final Tenant HERE = Tenant.company(1);
    private static final int IN_PROGRESS = 4;
    private static final int SLOTS = 6;

    private final Slots slots = new Slots(new Settings.BudgetSettings(540, IN_PROGRESS, SLOTS, 1));

    static Stream<Integer> seeds() {
        return IntStream.range(0, 30).boxed();
    }

    /** Whatever is begun, ended, lost and kept. */
    @ParameterizedTest
    @MethodSource("seeds")
    void thereIsAPlaceAsLongAsFewerAreInProgressThanMayBeAndLostOnesLeaveOne(int seed) {
        var random = new Random(seed);
        int live = 0;
        int unkept = 0;
        int kept = 0;
        for (int step = 0; step < 200; step++) {
            boolean background = random.nextBoolean();
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    boolean hasRoom = live < IN_PROGRESS - (background ? 1 : 0) && live + unkept + kept < SLOTS;
                    assertThat(enters(HERE, background)).as("%d live, %d lost", live, unkept + kept).isEqualTo(hasRoom);
                    live += hasRoom ? 1 : 0;
                }
                case 2 -> {
                    if (live > 0) {
                        boolean lost = random.nextInt(3) == 0;
                        slots.ended(HERE, lost);
                        live--;
                        unkept += lost ? 1 : 0;
                    }
                }
                default -> {
                    var written = slots.unkept();
                    // others are forgotten after a while
                    kept = random.nextInt(1 + kept + unkept);
                    slots.keep(written, Map.of(HERE, kept));
                    unkept = 0;
                    assertThat(slots.unkept()).isEmpty();
                }
            }
            assertThat(slots.lost().getOrDefault(HERE, 0)).isEqualTo(unkept + kept);
            assertThat(slots.unkept()).isEqualTo(unkept == 0 ? Map.of() : Map.of(HERE, unkept));
        }
        assertThat(enters(Tenant.company(2), true)).as("another company").isTrue();
    }

    @Test
    void aRefusalHalvesThePlacesOfItsCompanyAndLeavesOne() {
        slots.tooMany(HERE);
        assertThat(places(HERE)).isEqualTo(2);
        for (int i = 0; i < 5; i++) {
            slots.tooMany(HERE);
        }
        IntStream.range(0, 2).forEach(place -> slots.ended(HERE, false));
        assertThat(places(HERE)).isEqualTo(1);
        slots.ended(HERE, false);
        assertThat(enters(HERE, true)).as("also to what gives way").isTrue();
        assertThat(places(Tenant.company(2))).isEqualTo(IN_PROGRESS);
    }

    @Test
    void nobodyIsLetInOnceTheProcessStops() {
        assertThat(enters(HERE, false)).isTrue();
        slots.stop();
        assertThatThrownBy(() -> slots.enter(HERE, false)).isInstanceOf(ShuttingDown.class);
    }

    @Test
    void lostCallsOfEarlierProcessesAreKnownOnceTheyAreKept() {
        assertThat(slots.isKept()).isFalse();
        slots.keep(new HashMap<>(), Map.of(HERE, SLOTS));
        assertThat(slots.isKept()).isTrue();
        assertThat(enters(HERE, false)).isFalse();
    }

    private int places(Tenant tenant) {
        int places = 0;
        while (enters(tenant, false)) {
            places++;
        }
        return places;
    }

    /** Whether there is a place, without a wait for one. */
    private boolean enters(Tenant tenant, boolean background) {
        Thread.currentThread().interrupt();
        try {
            return slots.enter(tenant, background);
        } catch (InterruptedException e) {
            return false;
        } finally {
            Thread.interrupted();
        }
    }
}
