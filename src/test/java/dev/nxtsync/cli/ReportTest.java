package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;

class ReportTest {
    private final Report report = new Report();

    @Test
    void allIsWellOnlyWhereThereIsNothingToLookAt() throws Exception {
        report.fine("pull orders", "table order");
        report.note("database", "1 daemon works on it");
        assertThat(Printed.by(report::end)).isEqualTo(new Printed(0, "All is well.\n"));
        report.warning("database", "the daemons report 1 finding");
        assertThat(Printed.by(report::end)).isEqualTo(new Printed(0, "There is no problem, but 1 warning.\n"));
        report.problem("pull orders", ErrorCode.TABLE_UNKNOWN, "There is no table order.");
        assertThat(Printed.by(report::end)).isEqualTo(
                new Printed(ExitCode.FOUND_PROBLEMS, "There is one problem. docs/errors.md explains each code.\n"));
    }
}
