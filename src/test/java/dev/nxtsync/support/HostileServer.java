package dev.nxtsync.support;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** An issuer on this machine that answers what a test says, be it of any length, and tells how much of it was taken. */
public final class HostileServer implements AutoCloseable {
    private static final byte[] FILLING = "x".repeat(64 * 1024).getBytes(StandardCharsets.US_ASCII);

    private static final List<byte[]> NOT_FOUND = List
            .of("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    /** So that parts come one by one. */
    private static final long PAUSE = 20_000_000;

    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Map<String, List<byte[]>> answers = new ConcurrentHashMap<>();
    private final Map<String, Long> fillings = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicLong sent = new AtomicLong();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong open = new AtomicLong();

    public HostileServer() throws IOException {
        daemon(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    connections.incrementAndGet();
                    open.incrementAndGet();
                    socket.setTcpNoDelay(true);
                    sockets.add(socket);
                    daemon(() -> serve(socket));
                } catch (IOException e) {
                    // closed
                }
            }
        });
        answer("/.well-known/openid-configuration",
                "{\"issuer\": \"" + url() + "\", \"token_endpoint\": \"" + url()
                        + "/token\", \"authorization_endpoint\": \"" + url() + "/authorize\", \"jwks_uri\": \"" + url()
                        + "/keys\", \"userinfo_endpoint\": \"" + url() + "/userinfo\"}");
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** A JSON text at a path. */
    public void answer(String path, String json) {
        answer(path, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json, 0);
    }

    /** An answer byte for byte, from the status line on, each part in a packet of its own; an empty one hangs up. */
    public void answer(String path, List<byte[]> parts) {
        answers.put(path, parts);
    }

    /** What begins so, from the status line on, and is followed by so many bytes. */
    public void answer(String path, String beginning, long filling) {
        answer(path, List.of(beginning.getBytes(StandardCharsets.UTF_8)));
        fillings.put(path, filling);
    }

    /** A JSON text at a path, as these bytes. */
    public void answer(String path, byte[] json) {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(
                ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + json.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        whole.writeBytes(json);
        answers.put(path, List.of(whole.toByteArray()));
        fillings.remove(path);
    }

    /** Bytes of fillings that somebody took, or that lay in buffers of the system. */
    public long sent() {
        return sent.get();
    }

    /** How many connections were made. */
    public long connections() {
        return connections.get();
    }

    /** How many of them are still open. */
    public long open() {
        return open.get();
    }

    /** Closes all connections. */
    public void hangUp() throws IOException {
        for (Socket each : sockets) {
            each.close();
        }
    }

    /** The lines of all requests. */
    public List<String> requests() {
        return requests;
    }

    private void serve(Socket socket) {
        try (socket;
                var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                OutputStream out = socket.getOutputStream()) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String path = line.split(" ", -1)[1];
                requests.add(line);
                int length = 0;
                for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
                    requests.add(header);
                    length = header.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")
                            ? Integer.parseInt(header.substring(15).strip())
                            : length;
                }
                in.skip(length);
                List<byte[]> parts = answers.getOrDefault(path, NOT_FOUND);
                for (byte[] part : parts) {
                    if (part.length == 0) {
                        return;
                    }
                    out.write(part);
                    if (parts.size() > 1) {
                        LockSupport.parkNanos(PAUSE);
                    }
                }
                for (long left = fillings.getOrDefault(path, 0L); left > 0; left -= FILLING.length) {
                    out.write(FILLING);
                    sent.addAndGet(FILLING.length);
                }
                out.flush();
            }
        } catch (IOException e) {
            // whoever asked has had enough
        } finally {
            open.decrementAndGet();
        }
    }

    private static void daemon(Runnable work) {
        var thread = new Thread(work, "hostile-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
