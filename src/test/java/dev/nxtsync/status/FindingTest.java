package dev.nxtsync.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

class FindingTest {

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void whatCannotBePlannedIsAnAlarmUnlessItIsToldOfTheConnectionAnyway(ErrorCode code) {
        var reason = new Problem(code, "why");
        var findings = Finding.ofPlans(Map.of("pull orders", reason));
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).subject()).isEqualTo("pull orders");
        assertThat(findings.get(0).reason()).isEqualTo(reason);
        assertThat(findings.get(0).alarm()).isEqualTo(code != ErrorCode.UNAUTHORIZED);
    }

    @Test
    void aRemarkIsNoAlarmAndWhereNothingIsWrongThereIsNothingToTell() {
        assertThat(Finding.remark("a", ErrorCode.PULL_PAUSED, "b").alarm()).isFalse();
        assertThat(Finding.alarm("a", ErrorCode.PULL_PAUSED, "b").alarm()).isTrue();
        assertThat(Finding.ofPlans(Map.of())).isEmpty();
    }
}
