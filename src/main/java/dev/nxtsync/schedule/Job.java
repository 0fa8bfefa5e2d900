package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jdbi.v3.core.Handle;

/** One kind of work. */
public interface Job {

    /** The kind of the units that it works on. */
    UnitKind kind();

    /** Whether its runs are long, so that they must leave room for those that are not. */
    boolean isLong();

    /**
     * Whether its runs take other units along, or say that they go alone. Until a run has done so, no other unit of its kind and
     * company is claimed by this process.
     */
    default boolean takesAlong() {
        return false;
    }

    /** The connections whose units this process can work on now. */
    Set<String> connections();

    /**
     * Works on a claimed unit until nothing of it is due, something is in the way, or others had better have a turn.
     *
     * @param progress told after each request and each commit; a run that is silent for long is given up and interrupted. By it
     *        a run can take other units along
     * @throws dev.nxtsync.schedule.StaleClaim if the unit has been taken over
     */
    Outcome run(Claim claim, Progress progress) throws SQLException;

    /**
     * The run of a unit that is being claimed, which {@link #run} would do as well. What it has to know is read here, in the
     * transaction of the claim; the run itself is for later.
     */
    default Run opened(Handle transaction, Claim claim) throws SQLException {
        return progress -> run(claim, progress);
    }

    /** The rest of a run. */
    @FunctionalInterface
    interface Run {
        Outcome go(Progress progress) throws SQLException;
    }

    /** Proof of life of a run, and its way to other units. */
    @FunctionalInterface
    interface Progress {
        void made();

        /**
         * Claims units of the same kind and company that are due too, so that a request can serve them all. Those that the run
         * does not {@link #end} are freed with it, as due as they were.
         *
         * @param most so many
         */
        default List<Claim> takeAlong(int most) throws SQLException {
            return List.of();
        }

        /** Says that the run takes no unit along. */
        default void goAlone() {}

        /**
         * Does the last of what is done for a unit that was taken along, and frees it by what came of that. Whatever is thrown
         * there concerns that unit only.
         *
         * @throws SQLException if it cannot be freed now
         */
        default void end(Claim taken, Run rest) throws SQLException {}

        /**
         * How far a run has come that goes through a whole table.
         *
         * @param expected how many rows there will be, if that is known
         */
        default void rows(long soFar, Optional<Long> expected) {
            made();
        }
    }
}
