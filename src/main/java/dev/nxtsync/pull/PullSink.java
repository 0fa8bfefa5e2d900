package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.PageStep;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;

/** Where the rows of pulls go, and what is known of those that cannot. */
@Singleton
record PullSink(PullPlans plans, PageWriter writer, RowFaults faults, PageMemory memory) {
    /** Writes a page with its checkpoint, and counts it. */
    WriteCounts write(Claim claim, PullPlan plan, PageReader page, PageWriter.Way way, Checkpoint checkpoint,
            PullReport report) throws SQLException {
        return write(claim, plan, List.of(new PageStep(page.buffer(), checkpoint)), way, report).get(0);
    }

    /** Writes pages with their checkpoints, in their order and together if possible, and counts them. */
    List<WriteCounts> write(Claim claim, PullPlan plan, List<PageStep> pages, PageWriter.Way way, PullReport report)
            throws SQLException {
        var written = writer.write(claim, plan.target(), pages, way);
        for (int i = 0; i < pages.size(); i++) {
            report.page(pages.get(i).rows(), written.get(i));
            plans.met(plan, pages.get(i).rows().misfits());
        }
        return written;
    }
}
