package dev.nxtsync.trouble;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why a host was not reached, from what the HTTP clients throw. In each of these cases nothing was sent.
 *
 * @param detail in our own words: those of a library may hold anything that it was given
 */
public record NetworkFault(Trouble trouble, String detail) {
    private static final int DEEPEST = 12;
    private static final Pattern PROXY_STATUS = Pattern.compile("\\bstatus: (\\d{3})\\b");

    /** Empty if the fault is another: then something may have been sent. */
    public static Optional<NetworkFault> of(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
            String said = String.valueOf(cause.getMessage());
            if (cause.getClass().getName().startsWith("io.netty.handler.proxy.")) {
                Matcher status = PROXY_STATUS.matcher(said);
                return Optional.of(new NetworkFault(Trouble.PROXY,
                        status.find() ? "it answered HTTP " + status.group(1) : "it gave no connection"));
            }
            if (cause instanceof UnknownHostException) {
                return Optional.of(new NetworkFault(Trouble.UNKNOWN_HOST, "no address is known for it"));
            }
            if (cause instanceof ConnectException) {
                return Optional.of(new NetworkFault(Trouble.UNREACHABLE, connecting(said)));
            }
            // it is we who do not accept the certificate, and that is before the request
            if (cause instanceof GeneralSecurityException) {
                return Optional.of(new NetworkFault(Trouble.TLS, certificate(cause)));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
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
                return "it is signed by nobody who is trusted here";
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
