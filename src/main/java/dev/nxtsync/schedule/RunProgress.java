package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.util.List;

/**
 * What a run tells of itself, and its way to other units.
 *
 * @param look has others begin
 */
record RunProgress(ClaimedRun run, TakeAlong taking, EndTaken ending, Runnable look) implements Job.Progress {
    /** Claims other units for a run. */
    interface TakeAlong {
        List<Claim> of(ClaimedRun run, int most) throws SQLException;
    }

    /** Does the last for a unit that was taken along, and frees it. */
    interface EndTaken {
        void of(ClaimedRun taken, Job.Run rest) throws SQLException;
    }

    @Override
    public void made() {
        run.progressAt = System.nanoTime();
    }

    @Override
    public List<Claim> takeAlong(int most) throws SQLException {
        return taking.of(run, most);
    }

    @Override
    public void goAlone() {
        run.gathers = false;
        look.run();
    }

    @Override
    public void end(Claim taken, Job.Run rest) throws SQLException {
        for (ClaimedRun each : run.along) {
            if (each.claim.equals(taken)) {
                ending.of(each, rest);
            }
        }
    }
}
