package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.PageBuffer;
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
        var done = writer.write(claim, plan.target(), page.buffer(), way, checkpoint);
        count(plan, page.buffer(), done, report);
        return done;
    }

    /** Writes pages with their checkpoints, in their order and together if possible, and counts each that is committed. */
    void write(PullTurn turn, List<PageStep> pages, PageWriter.Way way) throws SQLException {
        writer.write(turn.claim(), turn.plan().target(), pages, way, (page, done) -> {
            count(turn.plan(), page.rows(), done, turn.report());
            turn.progress().made();
        });
    }

    private void count(PullPlan plan, PageBuffer page, WriteCounts done, PullReport report) {
        report.page(page, done);
        plans.met(plan, page.misfits());
    }
}
