package dev.nxtsync.token;

import dev.nxtsync.trouble.Reason;

/** What came of using a refresh token (RFC 6749, section 6). */
public sealed interface Refresh {

    record Refreshed(UserTokenSet tokens) implements Refresh {}

    /** It is unknown, expired, consumed or revoked: {@code invalid_grant}, which tells no more. */
    record Invalid() implements Refresh {}

    /** It was certainly not used, and is as good as before. */
    record Unused(Reason reason) implements Refresh {}

    /** It may have been used, and the answer is lost. */
    record Lost(Reason reason) implements Refresh {}
}
