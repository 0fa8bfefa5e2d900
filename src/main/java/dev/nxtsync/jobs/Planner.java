package dev.nxtsync.jobs;

import java.sql.SQLException;

import dev.nxtsync.config.Settings;

/** Plans all that one feature does with a connection. For the thread of its {@link PlanLoop}. */
public interface Planner {
    PlanKind kind();

    /** Where it keeps what it has planned. */
    PlanRegistry<?> plans();

    /**
     * Plans a connection.
     *
     * @param asked whether an answer did not fit to the schema, which must be read again
     * @return whether nothing of it is stopped: as long as something is, it may be the schema that mends it
     * @throws dev.nxtsync.graphql.FailedAnswer if the API gave no whole answer
     */
    boolean plan(Settings.Connection connection, boolean asked) throws SQLException;

    /** Looks at what else may be wrong with a connection, at each step, whether or not it was planned in it. */
    default void look(String connection) {}

    /** A person must sign in first, and who does may see something else. */
    void forget(String connection);
}
