package dev.nxtsync.http.server;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;

import io.quarkus.runtime.QuarkusBindException;

/** A port that cannot be opened. The message names what to set, what was found there, and what would be right. */
public final class UnusablePort extends Exception {
    private static final long serialVersionUID = 1L;
    public static final String PUBLIC = "NXT_HTTP_PORT";
    public static final String MANAGEMENT = "NXT_MANAGEMENT_PORT";
    private static final int FIRST_OF_EVERYBODY = 1024;

    UnusablePort(String setting, String host, int port, Throwable cause) {
        super(isElsewhere(host)
                ? "QUARKUS_HTTP_HOST: \"" + host
                        + "\" is not an address of this machine; set it to one of its addresses, or to 0.0.0.0 for "
                        + "all of them"
                : setting + ": the port " + port + (cause instanceof BindException
                        ? " is in use by another process"
                                + (port < FIRST_OF_EVERYBODY ? ", or this user may not open a port below 1024" : "")
                                + "; set it to a free port"
                        : " cannot be opened at " + host + " (" + cause.getMessage() + ")"),
                cause);
    }

    /** That of health, of which Quarkus tells. */
    public UnusablePort(QuarkusBindException taken) {
        this(MANAGEMENT, taken.getHost(), taken.getPort(), taken);
    }

    /**
     * Looks whether a port can be opened that will be opened soon.
     *
     * @param setting that says its number
     */
    public static void look(String setting, String host, int port) throws UnusablePort {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port));
        } catch (IOException e) {
            throw new UnusablePort(setting, host, port, e);
        }
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
