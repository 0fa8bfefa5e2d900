package dev.nxtsync.error;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

/**
 * Why a host was not reached, from what the HTTP clients throw.
 *
 * @param detail in our own words: those of a library may hold anything that it was given
 */
public record ConnectFailure(ErrorCode errorCode, String detail) {
    private static final int DEEPEST = 12;
    /** What the words of the JDK and of Netty mean, the more telling first; none of them is shown. */
    private static final List<Handshake> HANDSHAKES = List.of(
            new Handshake("not an ssl/tls record|unrecognized ssl message|plaintext connection",
                    "what answers there does not speak TLS; it may be a port for plain HTTP"),
            new Handshake("protocol_version|no appropriate protocol|not supported by the server",
                    "both sides have no common version of TLS"),
            new Handshake("handshake_failure|insufficient_security|cipher suites",
                    "both sides have no common version or cipher of TLS"),
            new Handshake("unrecognized_name", "the server does not know this host name"),
            new Handshake("certificate_required|bad_certificate|unknown_ca|certificate_unknown",
                    "the server asks for a certificate of the client"),
            new Handshake("timed out", "the handshake did not end in time"),
            new Handshake("closed|close_notify|reset|terminated", "the connection was closed during the handshake"),
            new Handshake("", "the handshake failed"));
    private static final Pattern PROXY_STATUS = Pattern.compile("\\bstatus: (\\d{3})\\b");

    /**
     * Of a request of which nothing was sent.
     *
     * @param late whether the time for it was over
     */
    public static ConnectFailure unsent(Throwable thrown, boolean late) {
        return of(thrown).orElseGet(() -> new ConnectFailure(ErrorCode.UNREACHABLE,
                late ? "no connection in time" : "the connection was closed at once"));
    }

    /** Empty if the fault is another, such as a connection that broke. */
    public static Optional<ConnectFailure> of(Throwable thrown) {
        boolean handshake = false;
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            String said = String.valueOf(cause.getMessage());
            if (cause.getClass().getName().startsWith("io.netty.handler.proxy.")) {
                Matcher status = PROXY_STATUS.matcher(said);
                return Optional.of(new ConnectFailure(ErrorCode.PROXY,
                        status.find() ? "it answered HTTP " + status.group(1) : "it made no connection"));
            }
            if (cause instanceof UnknownHostException) {
                return Optional.of(new ConnectFailure(ErrorCode.UNKNOWN_HOST, "no address is known for it"));
            }
            if (cause instanceof ConnectException) {
                return Optional.of(new ConnectFailure(ErrorCode.UNREACHABLE, connecting(said)));
            }
            if (cause instanceof GeneralSecurityException) {
                return Optional.of(new ConnectFailure(ErrorCode.TLS, certificate(cause)));
            }
            // what lies deeper may be a certificate
            handshake |= cause instanceof SSLException;
            cause = cause.getCause();
        }
        return handshake
                ? Optional.of(new ConnectFailure(ErrorCode.TLS_HANDSHAKE, handshake(thrown)))
                : Optional.empty();
    }

    private record Handshake(Pattern words, String meaning) {
        Handshake(String words, String meaning) {
            this(Pattern.compile(words), meaning);
        }
    }

    private static String handshake(Throwable thrown) {
        var said = new StringBuilder();
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            said.append(cause.getClass().getSimpleName()).append(' ').append(cause.getMessage()).append('\n');
            cause = cause.getCause();
        }
        String small = said.toString().toLowerCase(Locale.ROOT);
        return HANDSHAKES.stream().filter(each -> each.words().matcher(small).find()).findFirst().orElseThrow()
                .meaning();
    }

    private static String connecting(String said) {
        return said.contains("refused")
                ? "connection refused"
                : said.contains("timed out")
                        ? "the connection timed out"
                        : said.contains("unreachable") ? "the network is unreachable" : "no connection";
    }

    private static String certificate(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            if (cause instanceof CertificateExpiredException) {
                return "it has expired";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "it is not valid yet";
            }
            if (cause instanceof CertPathBuilderException) {
                return "nobody who is trusted here has signed it";
            }
            if (String.valueOf(cause.getMessage()).startsWith("No ")) {
                // "No name matching …", "No subject alternative …"
                return "it is for another host";
            }
            cause = cause.getCause();
        }
        return "it was not accepted";
    }
}
