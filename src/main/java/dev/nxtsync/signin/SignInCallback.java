package dev.nxtsync.signin;

import java.util.Optional;

/**
 * What Visma Connect sends a browser back with (RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207).
 *
 * @param cookie what the browser was given when it began
 */
public record SignInCallback(Optional<String> code, Optional<String> state, Optional<String> issuer,
        Optional<String> error, Optional<String> cookie) {
    @Override
    public String toString() {
        return "SignInCallback";
    }
}
