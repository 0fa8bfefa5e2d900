package dev.nxtsync.push.outbox;

import java.sql.PreparedStatement;
import java.sql.SQLException;

import dev.nxtsync.schedule.Claim;

/** The SQL condition that a row of the outbox is of one lane. */
final class LaneCondition {
    static final String SQL = "push = ? and company = ? and lane = ?";

    private LaneCondition() {}

    /** @param first the number of the condition's first parameter */
    static void bind(PreparedStatement statement, int first, Claim claim) throws SQLException {
        statement.setString(first, claim.entry());
        statement.setInt(first + 1, claim.company());
        statement.setInt(first + 2, claim.lane());
    }
}
