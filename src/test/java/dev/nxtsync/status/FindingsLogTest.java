package dev.nxtsync.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.status.OpenFindings.OpenFinding;
import dev.nxtsync.support.Listening;

class FindingsLogTest {
    @Test
    void theLogHearsOnceOfAPushThatIsMissingAndOnceThatItIsNotAnyMore() {
        var nanos = new AtomicLong();
        try (var told = Listening.to(FindingsLog.class)) {
            var log = new FindingsLog(new ConditionLog<>(nanos::get));
            log.look(List.of(missing("3 rows wait"), of("push a", ErrorCode.PAYLOAD_INVALID, "met by its run")));
            nanos.addAndGet(Duration.ofSeconds(60).toNanos());
            log.look(List.of(missing("4 rows wait")));
            assertThat(told.heard()).singleElement().asString().contains("push later", "3 rows wait (push_missing)");
            log.look(List.of());
            log.look(List.of());
            assertThat(told.heard()).hasSize(2).last().asString().contains("it is over", "push later", "60 s");
        }
    }

    private static OpenFinding missing(String message) {
        return of("push later", ErrorCode.PUSH_MISSING, message);
    }

    private static OpenFinding of(String subject, ErrorCode code, String message) {
        return new OpenFinding(subject, new Problem(code, message), Instant.EPOCH);
    }
}
