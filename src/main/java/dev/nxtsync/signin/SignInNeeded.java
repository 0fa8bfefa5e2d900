package dev.nxtsync.signin;

import dev.nxtsync.config.Settings;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/** Why a person has to sign in, and how. */
final class SignInNeeded {
    private SignInNeeded() {}

    static Reason never(Settings.Connection connection) {
        return reason(connection, "Nobody has signed in yet.");
    }

    static Reason signedOut(Settings.Connection connection) {
        return reason(connection, "It was signed out.");
    }

    static Reason refused(Settings.Connection connection) {
        return reason(connection,
                "Visma Connect takes its refresh token no longer (invalid_grant): it has come to its end, "
                        + "was revoked, or was used by something else, such as another installation.");
    }

    static Reason lost(Settings.Connection connection) {
        return reason(connection, "Its one-time refresh token was sent, and the answer with the next one is lost. With "
                + "a grace period of 60 s in the Developer Portal and in " + connection.variable("REFRESH_GRACE")
                + ", or a token that is re-used, that would not have happened.");
    }

    static Reason elsewhere(Settings.Connection connection, String before, String now) {
        return reason(connection, "It was signed in at " + before + ", and the issuer is " + now
                + " now, to which those tokens are not sent.");
    }

    private static Reason reason(Settings.Connection connection, String what) {
        return new Reason(Trouble.SIGN_IN_NEEDED,
                what + " " + Trouble.SIGN_IN_NEEDED.nextStep().replace("NAME", connection.name()));
    }
}
