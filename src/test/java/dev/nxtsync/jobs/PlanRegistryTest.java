package dev.nxtsync.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

class PlanRegistryTest {
    private static final Problem FLAW = new Problem(ErrorCode.TABLE_UNKNOWN, "no");
    private static final Problem OUTAGE = new Problem(ErrorCode.UNREACHABLE, "nobody");

    private final Things plans = new Things();

    private record Thing(Optional<Problem> obstacle) implements PlanRegistry.Planned {}

    private static final class Things extends PlanRegistry<Thing> {
        Things() {
            super("thing", "things of connection");
        }

        Set<String> wholly() {
            return complete();
        }
    }

    @Test
    void whatIsInTheWayIsToldOfEachAndOfEachConnection() {
        plans.put("good", new Thing(Optional.empty()));
        plans.put("bad", new Thing(Optional.of(FLAW)));
        plans.trouble("main", OUTAGE);
        assertThat(plans.troubles()).isEqualTo(Map.of("thing bad", FLAW, "things of connection main", OUTAGE));
        plans.put("bad", new Thing(Optional.empty()));
        plans.done("main");
        assertThat(plans.troubles()).isEmpty();
    }

    @Test
    void whatWasPlannedStaysWhateverBecomesOfTheConnection() {
        plans.put("good", new Thing(Optional.empty()));
        plans.done("main");
        plans.trouble("main", OUTAGE);
        assertThat(plans.of("good")).isPresent();
        assertThat(plans.wholly()).containsExactly("main");
        plans.undone("main");
        assertThat(plans.of("good")).isPresent();
        assertThat(plans.wholly()).isEmpty();
        assertThat(plans.troubles()).isEmpty();
        assertThat(plans.of("another")).isEmpty();
    }

    @Test
    void aSchemaIsAskedForOnceHoweverOftenItDidNotFit() {
        plans.lookAgain("main");
        plans.lookAgain("main");
        assertThat(plans.takeLookAgain("other")).isFalse();
        assertThat(plans.takeLookAgain("main")).isTrue();
        assertThat(plans.takeLookAgain("main")).isFalse();
    }
}
