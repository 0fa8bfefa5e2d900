package dev.nxtsync.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;

/** What all that stands between two sockets does alike, on threads of its own that keep no JVM alive. */
final class Relay {
    private Relay() {}

    /** Hands each connection to a thread of its own, until the listener is closed. */
    static void accept(ServerSocket listener, Consumer<Socket> serve) {
        daemon(() -> {
            try {
                while (true) {
                    var socket = listener.accept();
                    daemon(() -> serve.accept(socket));
                }
            } catch (IOException e) {
                // closed
            }
        });
    }

    /** Passes on what comes from either, until one of them is gone, and closes both. */
    static void between(Socket one, Socket other) {
        daemon(() -> copy(other, one));
        copy(one, other);
    }

    private static void copy(Socket from, Socket to) {
        try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // one of the two has gone, and now so has the other
        }
    }

    static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone already
        }
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }
}
