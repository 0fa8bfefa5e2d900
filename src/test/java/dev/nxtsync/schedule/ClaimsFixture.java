package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.util.List;

/** What a runner of jobs does with claims. */
public final class ClaimsFixture {
    private ClaimsFixture() {}

    /** Takes units along for the run of a claim. */
    public static List<Claim> along(Claims claims, Claim claim, int most) throws SQLException {
        return claims.claimAlong(claim, false, most);
    }
}
