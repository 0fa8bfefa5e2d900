package dev.nxtsync.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A way to a port of this machine that can be shut, which ends all connections and refuses new ones, and opened again. */
public final class Detour implements AutoCloseable {
    private volatile int target;
    private final ServerSocket server;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean open;

    public Detour(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Relay.accept(server, this::serve);
    }

    public int port() {
        return server.getLocalPort();
    }

    public void open() {
        open = true;
    }

    /** Leads new connections elsewhere; those that are there stay. */
    public void leadTo(int port) {
        target = port;
    }

    public synchronized void shut() throws IOException {
        open = false;
        for (Socket socket : sockets) {
            socket.close();
        }
        sockets.clear();
    }

    @Override
    public void close() throws IOException {
        shut();
        server.close();
    }

    private void serve(Socket from) {
        try {
            connect(from).ifPresentOrElse(to -> Relay.between(from, to), () -> Relay.close(from));
        } catch (IOException e) {
            Relay.close(from);
        }
    }

    /** Empty while it is shut. */
    private synchronized Optional<Socket> connect(Socket from) throws IOException {
        if (!open) {
            return Optional.empty();
        }
        var to = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(from);
        sockets.add(to);
        return Optional.of(to);
    }
}
