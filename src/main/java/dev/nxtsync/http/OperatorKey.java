package dev.nxtsync.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.config.ReloadedSecret;
import dev.nxtsync.http.server.CallerKeys;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.Endpoint.BodyLimit;
import dev.nxtsync.http.server.Endpoint.CallerCheck;
import dev.nxtsync.http.server.Endpoint.Waiting;
import dev.nxtsync.http.server.HttpCall;
import dev.nxtsync.http.server.Refusal;
import dev.nxtsync.http.server.Refusals;

/** Who may use {@code /api}: without an operator key it is not there, and with one only for those who send it. */
@Singleton
class OperatorKey {
    private static final String HEADER = "X-Api-Key";

    private final Optional<ReloadedSecret> key;
    private final Refusals refusals;

    OperatorKey(CallerKeys keys, Refusals refusals) {
        this.key = keys.operator();
        this.refusals = refusals;
    }

    /** The addresses that are there: without a key none. */
    List<Endpoint> those(Endpoint... addresses) {
        return key.isEmpty() ? List.of() : List.of(addresses);
    }

    /** An address for those who have the key, which takes no body. */
    Endpoint address(String method, String path, Waiting work) {
        return address(method, path, BodyLimit.NONE, known -> Optional.empty(), work);
    }

    /** @param further who may not call though they have the key */
    Endpoint address(String method, String path, BodyLimit body, CallerCheck further, Waiting work) {
        return new Endpoint(method, path, body, true, call -> refusal(call).or(() -> further.refusal(call)), refusals,
                work);
    }

    private Optional<Refusal> refusal(HttpCall call) {
        byte[] good = key.orElseThrow().reveal().getBytes(StandardCharsets.UTF_8);
        return call.header(HEADER).filter(sent -> MessageDigest.isEqual(sent.getBytes(StandardCharsets.UTF_8), good))
                .isPresent()
                        ? Optional.empty()
                        : Optional.of(new Refusal(Refusal.RefusalReason.KEY,
                                "The header " + HEADER + " is missing, or is not the operator key."));
    }
}
