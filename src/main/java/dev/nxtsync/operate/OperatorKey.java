package dev.nxtsync.operate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;

/** Who may use {@code /api}: without an operator key it is not there, and with one only for those who send it. */
@Singleton
class OperatorKey {
    static final String HEADER = "X-Api-Key";

    private final Optional<Secret> key;

    OperatorKey(Settings settings) {
        this.key = settings.operatorKey();
    }

    /** The answer to somebody who may not; empty for who may. */
    Optional<Response> refusal(@Nullable String sent) {
        if (key.isEmpty()) {
            return Optional.of(Response.status(404).build());
        }
        return sent != null && MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8),
                key.get().reveal().getBytes(StandardCharsets.UTF_8))
                        ? Optional.empty()
                        : Optional.of(
                                Answers.error(401,
                                        "The header " + HEADER + " is missing, or is not the operator key."));
    }
}
