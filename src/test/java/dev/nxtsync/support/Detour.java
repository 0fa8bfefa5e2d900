package dev.nxtsync.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A way to a port of this machine that can be shut, which ends all connections and refuses new ones, and opened again. */
public final class Detour implements AutoCloseable {
    private final int target;
    private final ServerSocket server;
    private final List<Socket> sockets = new ArrayList<>();
    private volatile boolean open;

    public Detour(int target) throws IOException {
        this.target = target;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    public void open() {
        open = true;
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

    private void accept() {
        try {
            while (true) {
                var from = server.accept();
                if (open) {
                    connect(from);
                } else {
                    from.close();
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    private synchronized void connect(Socket from) throws IOException {
        var to = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(from);
        sockets.add(to);
        daemon(() -> copy(from, to));
        daemon(() -> copy(to, from));
    }

    private static void copy(Socket from, Socket to) {
        try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // one of the two has gone, and now so has the other
        }
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "detour");
        thread.setDaemon(true);
        thread.start();
    }
}
