package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.Listening;
import dev.nxtsync.tenant.Tenant;

/** What a run tells the history, the metrics and the log. */
class PullReportTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Listening told = Listening.to(PullReport.class);

    @AfterEach
    void silence() {
        told.close();
    }

    @Test
    void pagesAreCountedInTheHistoryAndInTheMetrics() {
        var report = report(UnitKind.LOAD);
        report.request(data("trace-1", 100));
        report.page(page(3), new WriteCounts(2, 1, 0));
        report.request(new Failure.Busy("full", "", Duration.ZERO));
        report.request(data("", 50));
        report.page(page(4), new WriteCounts(0, 1, 2));
        report.known(page(2));
        var run = report.done("ok");
        assertThat(run.rowsRead()).isEqualTo(9);
        assertThat(run.rowsWritten()).isEqualTo(4);
        assertThat(run.rowsDeleted()).isEqualTo(2);
        assertThat(run.requests()).as("also one that failed").isEqualTo(3);
        assertThat(run.bytes()).isEqualTo(150);
        assertThat(run.traceId()).as("the last there was").isEqualTo("trace-1");
        assertThat(run.startedAt()).isEqualTo(NOON);
        assertThat(run.endedAt()).isAfterOrEqualTo(NOON);
        assertThat(counted("read")).isEqualTo(9);
        assertThat(counted("written")).isEqualTo(4);
        assertThat(counted("deleted")).isEqualTo(2);
        assertThat(counted("set_aside")).isZero();
    }

    @Test
    void aRequestThatAnotherTableCountsIsTracedAndNotCounted() {
        var report = report(UnitKind.POLL);
        report.trace(data("trace-2", 100));
        report.trace(new Failure.Rejected("no", "trace-3", List.of()));
        var run = report.run("rejected", "no");
        assertThat(run.requests()).isZero();
        assertThat(run.bytes()).isZero();
        assertThat(run.traceId()).isEqualTo("trace-3");
        assertThat(run.outcome()).isEqualTo("rejected");
        assertThat(run.error()).isEqualTo("no");
    }

    @Test
    void theLastRunOfALoadSaysHowManyRowsThereAreInAll() {
        var report = report(UnitKind.LOAD);
        report.request(data("", 1));
        report.page(page(1), new WriteCounts(1, 0, 0));
        report.progress(501, Optional.of(501L));
        report.done("ok");
        assertThat(told.heard()).singleElement().asString().contains("load, 1 row of 501 in all, 1 written");
    }

    @Test
    void aRunThatChangedSomethingIsToldAtItsEndUnlessWebhooksBroughtIt() {
        for (UnitKind kind : UnitKind.values()) {
            var report = report(kind);
            report.request(data("", 1));
            report.page(page(1), new WriteCounts(1, 0, 0));
            report.done("goes on");
            assertThat(told.heard()).as("%s goes on", kind).isEmpty();
            report.done("ok");
            assertThat(told.heard()).as(kind.text()).hasSize(kind == UnitKind.FETCH ? 0 : 1)
                    .allSatisfy(line -> assertThat(line).contains(kind.text()));
            told.heard().clear();
        }
        var quiet = report(UnitKind.POLL);
        quiet.known(page(5));
        quiet.done("ok");
        assertThat(told.heard()).as("nothing was written").isEmpty();
    }

    @Test
    void whatTheLogHearsOfARunIsInPlainWords() {
        var shared = report(UnitKind.POLL);
        shared.page(page(1), new WriteCounts(1, 0, 0));
        shared.done("ok");
        assertThat(told.heard().get(0)).contains(", by a request for several tables");
        report(UnitKind.POLL).failed("busy", "The server is busy.", Duration.ofSeconds(5));
        assertThat(told.heard().get(1)).contains("before the first row").doesNotContain("no row");
        shared.failed("busy", "The server is busy.", Duration.ofSeconds(5));
        assertThat(told.heard().get(2)).contains("after 1 row, which is kept");
    }

    private PullReport report(UnitKind kind) {
        return new PullReport("x",
                new Claim(1, WorkUnit.ofPull(kind, "main", Tenant.company(7), "x"), 1, new UUID(0, 0), 0, 0), NOON,
                metrics);
    }

    private static PageBuffer page(int rows) {
        var reader = new PageReader(ChangingTable.PLAN.mapping(), ChangingTable.PLAN.key(),
                ChangingTable.PLAN.changeOrder(), Set.of());
        IntStream.range(0, rows).forEach(key -> ChangingTable.add(reader, key, "2026-01-01 00:00:00"));
        return reader.buffer();
    }

    private static Answer data(String trace, int bytes) {
        return new Answer.Data(Filters.object(), trace, bytes);
    }

    private double counted(String what) {
        return metrics.counter("nxt_pull_rows", "job", "x", "kind", what).count();
    }
}
