package dev.nxtsync.signin;

import java.util.List;
import java.util.Map;

/**
 * What a person reads at the end of a sign-in.
 *
 * @param facts what is so, by name, in the order in which it is shown
 * @param notes what the person should know or do
 */
public record SignInResult(boolean well, String title, Map<String, String> facts, List<String> notes) {

    static SignInResult failed(String why, String... notes) {
        return new SignInResult(false, "The sign-in failed", Map.of("Reason", why), List.of(notes));
    }
}
