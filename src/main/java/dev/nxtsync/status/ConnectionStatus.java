package dev.nxtsync.status;

import org.jspecify.annotations.Nullable;

/**
 * How a connection is in one process. Times are in ISO 8601.
 *
 * @param state {@code signed_in}, {@code sign_in_needed} or {@code no_token}
 * @param expiresAt of its token; null where there is none
 * @param nextRenewalAt null where a person has to sign in first
 * @param scope the granted one; the asked one as long as there is none
 * @param host of the process; null where it tells of itself
 */
public record ConnectionStatus(String name, String state, @Nullable String expiresAt, @Nullable String nextRenewalAt,
        String scope, MinuteBudget budget, @Nullable String host) {

    /** The requests of the last minute. */
    public record MinuteBudget(int limitPerMinute, int used) {}

    ConnectionStatus on(String process) {
        return new ConnectionStatus(name, state, expiresAt, nextRenewalAt, scope, budget, process);
    }
}
