package dev.nxtsync.support;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy that connects (RFC 9110, section 9.3.6), whatever host it is asked for, to one port of this machine. */
public final class ConnectProxy implements AutoCloseable {
    private final ServerSocket server;
    private final int target;
    private final String authorization;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    /** @param credentials user and password with a colon between, which it wants */
    public ConnectProxy(int target, String credentials) throws IOException {
        this.target = target;
        this.authorization = "Basic "
                + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Relay.accept(server, this::serve);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The hosts that it was asked for and has connected to. */
    public List<String> asked() {
        return asked;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void serve(Socket from) {
        try {
            String head = head(from.getInputStream());
            if (!head.startsWith("CONNECT ") || !head.contains(authorization)) {
                from.getOutputStream().write(("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic "
                        + "realm=\"proxy\"\r\nContent-Length: 0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                from.close();
                return;
            }
            asked.add(head.substring("CONNECT ".length(), head.indexOf(' ', 8)));
            var to = new Socket(InetAddress.getLoopbackAddress(), target);
            from.getOutputStream()
                    .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            Relay.between(from, to);
        } catch (IOException e) {
            Relay.close(from);
        }
    }

    private static String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            if (read < 0) {
                throw new IOException("gone");
            }
            head.append((char) read);
        }
        return head.toString();
    }
}
