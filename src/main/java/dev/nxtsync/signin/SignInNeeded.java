package dev.nxtsync.signin;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** Why a person has to sign in, and how. */
final class SignInNeeded {
    private SignInNeeded() {}

    static Problem never(Settings.Connection connection) {
        return reason(connection, "Nobody has signed in yet.");
    }

    static Problem signedOut(Settings.Connection connection) {
        return reason(connection, "It was signed out.");
    }

    static Problem refused(Settings.Connection connection) {
        return reason(connection, "Visma Connect no longer accepts its refresh token (invalid_grant): it has expired, "
                + "was revoked, or was used by something else, such as another installation.");
    }

    static Problem lost(Settings.Connection connection) {
        return reason(connection,
                "Its one-time refresh token was sent, but the answer with the next one was lost. "
                        + "A grace period of 60 s in the Developer Portal and in "
                        + connection.variable("REFRESH_GRACE") + ", or a token that is re-used, prevents that.");
    }

    static Problem elsewhere(Settings.Connection connection, String before, String now) {
        return reason(connection, "It was signed in at " + before + ", but the issuer is now " + now
                + ". Its tokens are not sent there.");
    }

    private static Problem reason(Settings.Connection connection, String what) {
        return new Problem(ErrorCode.SIGN_IN_NEEDED,
                what + " " + ErrorCode.SIGN_IN_NEEDED.nextStep().replace("NAME", connection.name()));
    }
}
