package dev.nxtsync.token;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.vertx.core.Vertx;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;

import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.Network;
import dev.nxtsync.transport.OutgoingBody;
import dev.nxtsync.transport.Reply;

/**
 * Sends requests to Visma Connect, by the way of all others, each on a connection of its own. Blocks until the answer is there,
 * of which it reads a megabyte at most: it asks for none that is packed. Not for threads of the event loop.
 */
record ConnectClient(Network network, Vertx vertx) {
    static final int LONGEST = 1024 * 1024;

    /** An answer goes on beyond what is read of it. */
    static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;

        TooLong() {
            super("the answer is longer than " + LONGEST + " bytes");
        }
    }

    /** @throws IOException as {@link HttpLine#post}, with {@code body} to say whether something may have been sent */
    ConnectAnswer send(HTTPRequest request, OutgoingBody body, Duration atMost) throws IOException {
        Map<String, String> headers = request.getHeaderMap().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, each -> String.join(", ", each.getValue())));
        try (var line = new HttpLine(network, vertx, request.getURI().toString(), Duration.ZERO);
                var reply = request.getMethod() == HTTPRequest.Method.GET
                        ? line.get(headers, body, atMost)
                        : line.post(headers, body, atMost)) {
            byte[] content = reply.body().readNBytes(LONGEST + 1);
            if (content.length > LONGEST) {
                throw new TooLong();
            }
            return new ConnectAnswer(reply.status(), ConnectAnswer.text(content), location(reply), reply.retryAfter());
        }
    }

    private static Optional<URI> location(Reply reply) {
        try {
            return reply.header("Location").map(URI::create);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
