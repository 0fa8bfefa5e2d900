package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** How long a token is taken to be good: never longer than a day, whatever the server says. */
final class Lifetime {
    static final Duration LONGEST = Duration.ofDays(1);
    private static final Pattern DECIMAL = Pattern.compile("\\d+(\\.\\d+)?");

    private Lifetime() {}

    /**
     * What an {@code expires_in} says (RFC 6749, section 5.1), also as text, as some servers write it.
     *
     * @return not negative; empty if there is none, or it is no number of seconds
     */
    static Optional<Duration> of(JsonNode expiresIn) {
        boolean told = expiresIn.isNumber()
                || (expiresIn.isTextual() && DECIMAL.matcher(expiresIn.textValue()).matches());
        double seconds = told ? expiresIn.asDouble() : -1;
        // a number of any size is one of these, so that nothing is calculated with what has no bounds
        return seconds < 0
                ? Optional.empty()
                : seconds > LONGEST.toSeconds()
                        ? Optional.of(LONGEST)
                        : Optional.of(Duration.ofMillis((long) (seconds * 1000)));
    }

    /** Why a token is not used whose life is over when it comes. */
    static Problem over(Duration lifetime) {
        return new Problem(ErrorCode.EXPIRED_ON_ARRIVAL, "Visma Connect issued a token that was expired on arrival "
                + "(expires_in " + lifetime.toSeconds() + " s). " + ErrorCode.EXPIRED_ON_ARRIVAL.nextStep());
    }

    static Duration capped(Duration lifetime) {
        return lifetime.compareTo(LONGEST) > 0 ? LONGEST : lifetime;
    }
}
