package dev.nxtsync.pull;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;

/** Where the rows of pulls go, and what is known of those that cannot. */
@Singleton
record PullSink(PullPlans plans, PageWriter writer, RowFaults faults) {
    /** Writes a page with its checkpoint, and counts it. */
    WriteCounts write(Claim claim, PullPlan plan, PageReader page, PageWriter.Way way, Checkpoint checkpoint,
            PullReport report) throws SQLException {
        WriteCounts written = writer.write(claim, plan.target(), page.buffer(), way, checkpoint);
        report.page(page.buffer(), written);
        plans.met(plan, page.buffer().misfits());
        return written;
    }
}
