package dev.nxtsync.trouble;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Optional;

/**
 * Why a host was not reached, from what the HTTP clients throw. In each of these cases nothing was sent.
 *
 * @param detail in the words of who noticed; never a secret
 */
public record NetworkFault(Trouble trouble, String detail) {

    /** Empty if the fault is another: then something may have been sent. */
    public static Optional<NetworkFault> of(Throwable thrown) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 12; depth++) {
            String detail = String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}+", " ")
                    .replaceAll("(\\w+\\.)+\\w+(Exception|Error): ", "");
            if (cause.getClass().getName().startsWith("io.netty.handler.proxy.")) {
                return Optional.of(new NetworkFault(Trouble.PROXY, detail));
            }
            if (cause instanceof UnknownHostException) {
                return Optional.of(new NetworkFault(Trouble.UNKNOWN_HOST, detail));
            }
            if (cause instanceof ConnectException) {
                return Optional.of(new NetworkFault(Trouble.UNREACHABLE, detail));
            }
            // it is we who do not accept the certificate, and that is before the request
            if (cause instanceof GeneralSecurityException) {
                return Optional.of(new NetworkFault(Trouble.TLS, detail));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }
}
