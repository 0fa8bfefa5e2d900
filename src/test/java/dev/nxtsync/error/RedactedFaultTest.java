package dev.nxtsync.error;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ConnectException;
import java.net.URI;
import java.util.concurrent.ExecutionException;

import javax.net.ssl.SSLException;

import org.junit.jupiter.api.Test;

/** What a library says is shown nowhere, and what it means is. */
class RedactedFaultTest {

    @Test
    void theLogTellsWhatWasThrownAndWhereWithoutTheWordsOfALibrary() {
        try {
            throw new AssertionError(URI.create("s3cr3t\nX: 1"));
        } catch (IllegalArgumentException e) {
            assertThat(printed(e)).as("what it is about").contains("s3cr3t");
            String printed = printed(RedactedFault.of(new IOException(new ExecutionException(e))));
            assertThat(printed).contains("IllegalArgumentException").contains("at java.base/java.net.URI")
                    .doesNotContain("s3cr3t");
        }
    }

    @Test
    void whatOurOwnCodeSaysIsKept() {
        assertThat(printed(RedactedFault.of(new IllegalStateException("a company without a number"))))
                .contains("IllegalStateException: a company without a number");
        var circle = new IllegalStateException("one");
        circle.initCause(new IllegalStateException("two", circle));
        assertThat(printed(RedactedFault.of(circle))).contains("two");
    }

    @Test
    void aFaultOfTheNetworkIsToldInOurWords() {
        assertThat(ConnectFailure.of(new IOException(new ConnectException("Connection refused: s3cr3t"))))
                .contains(new ConnectFailure(ErrorCode.UNREACHABLE, "connection refused"));
        assertThat(ConnectFailure.of(new SSLException("s3cr3t")))
                .contains(new ConnectFailure(ErrorCode.TLS_HANDSHAKE, "the handshake failed"));
        assertThat(ConnectFailure.of(new IOException("s3cr3t"))).isEmpty();
    }

    private static String printed(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
