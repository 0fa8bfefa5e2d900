package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings;
import dev.nxtsync.tenant.Tenant;

/** Who may read beside the first reader of a walk. */
class ReaderPlacesTest {
    private static final Tenant ONE = Tenant.company(1);

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "4, 3", "60, 59"})
    void aWalkHasAsManyReadersAsCanAskAtATimeWithOnePlaceLeft(int inProgress, int readers) {
        assertThat(places(inProgress).most()).isEqualTo(readers);
    }

    @Test
    void oneMoreReadsAsLongAsItsCompanyHasRoom() {
        var places = places(4);
        places.first(ONE);
        assertThat(places.free(ONE)).isEqualTo(2);
        assertThat(places.another(ONE)).isTrue();
        assertThat(places.another(ONE)).isTrue();
        assertThat(places.another(ONE)).isFalse();
        assertThat(places.isCrowded(ONE)).isFalse();
        assertThat(places.free(ONE)).isZero();
        places.first(ONE);
        assertThat(places.free(ONE)).as("and never less").isZero();
        assertThat(places.isCrowded(ONE)).as("another table's walk has begun").isTrue();
        assertThat(places.isCrowded(Tenant.company(2))).isFalse();
        places.left(ONE);
        assertThat(places.isCrowded(ONE)).isFalse();
        assertThat(places.another(ONE)).isFalse();
    }

    private static ReaderPlaces places(int inProgress) {
        return new ReaderPlaces(new Settings.BudgetSettings(540, inProgress, 60, 1));
    }
}
