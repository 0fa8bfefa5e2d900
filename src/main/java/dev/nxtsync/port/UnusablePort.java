package dev.nxtsync.port;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.NetworkInterface;

import io.quarkus.runtime.QuarkusBindException;

/** A port that cannot be opened. The message names what to set, what was found there, and what would be right. */
public final class UnusablePort extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int FIRST_OF_EVERYBODY = 1024;

    UnusablePort(String setting, String host, int port, Throwable cause) {
        super(isElsewhere(host)
                ? "QUARKUS_HTTP_HOST: \"" + host
                        + "\" is no address of this machine; set it to one that is, or to 0.0.0.0 for "
                        + "all that it has"
                : setting + ": the port " + port + (cause instanceof BindException
                        ? " is in use by another process" + (port < FIRST_OF_EVERYBODY
                                ? ", or may not be opened by this user, as those below 1024"
                                : "") + "; set it to one that is free"
                        : " cannot be opened at " + host + " (" + cause.getMessage() + ")"),
                cause);
    }

    /** That of health, of which Quarkus tells. */
    public UnusablePort(QuarkusBindException taken) {
        this("NXT_MANAGEMENT_PORT", taken.getHost(), taken.getPort(), taken);
    }

    private static boolean isElsewhere(String host) {
        try {
            var address = InetAddress.getByName(host);
            return !address.isAnyLocalAddress() && !address.isLoopbackAddress()
                    && NetworkInterface.getByInetAddress(address) == null;
        } catch (IOException e) {
            // the name of no address at all
            return true;
        }
    }
}
