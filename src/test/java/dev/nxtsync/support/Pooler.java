package dev.nxtsync.support;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A pooler for PostgreSQL that lends a few server connections to many clients, for a transaction each (PostgreSQL
 * documentation, "Frontend/Backend Protocol"). It knows no statement of the transaction before.
 */
public final class Pooler implements AutoCloseable {
    private static final int SSL_REQUEST = 80_877_103;
    private static final int GSS_REQUEST = 80_877_104;

    private final ServerSocket listener;
    private final int target;
    private final String refused;
    private final BlockingQueue<Server> idle;
    private final AtomicInteger borrowed = new AtomicInteger();

    /** One message: its type and what follows its length. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Message(int type, byte[] body) {
        static Message read(DataInputStream in) throws IOException {
            int type = in.readUnsignedByte();
            byte[] body = new byte[in.readInt() - 4];
            in.readFully(body);
            return new Message(type, body);
        }

        void write(DataOutputStream out) throws IOException {
            out.writeByte(type);
            out.writeInt(body.length + 4);
            out.write(body);
        }
    }

    /** A connection to PostgreSQL, and what it said of itself. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Server(Socket socket, DataInputStream in, DataOutputStream out, byte[] greeting) {}

    /**
     * @param refused a start-up parameter that it does not take, as poolers do not take what they cannot keep apart; empty
     *        for none
     */
    public Pooler(TestDatabase database, int size, String refused) throws IOException {
        this.target = database.port();
        this.refused = refused;
        this.idle = new ArrayBlockingQueue<>(size);
        String name = database.url().substring(database.url().lastIndexOf('/') + 1);
        for (int i = 0; i < size; i++) {
            idle.add(connect(name, database.user()));
        }
        listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        Relay.accept(listener, this::serve);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many transactions went through it. */
    public int transactions() {
        return borrowed.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Server server : idle) {
            server.socket().close();
        }
    }

    private Server connect(String database, String user) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), target);
        socket.setTcpNoDelay(true);
        var in = new DataInputStream(socket.getInputStream());
        var out = new DataOutputStream(socket.getOutputStream());
        byte[] parameters = ("user\0" + user + "\0database\0" + database + "\0client_encoding\0UTF8\0DateStyle\0ISO\0"
                + "TimeZone\0UTC\0\0").getBytes(StandardCharsets.UTF_8);
        out.writeInt(parameters.length + 8);
        out.writeInt(3 << 16);
        out.write(parameters);
        var greeting = new ByteArrayOutputStream();
        Message message;
        do {
            message = Message.read(in);
            message.write(new DataOutputStream(greeting));
        } while (message.type() != 'Z');
        return new Server(socket, in, out, greeting.toByteArray());
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new DataInputStream(socket.getInputStream());
            var out = new DataOutputStream(socket.getOutputStream());
            String parameters = start(in, out);
            if (!refused.isEmpty() && parameters.contains("\0" + refused + "\0")) {
                refuse(out);
                return;
            }
            Server any = idle.take();
            out.write(any.greeting());
            idle.put(any);
            while (true) {
                Message first = Message.read(in);
                if (first.type() == 'X') {
                    return;
                }
                transaction(first, in, out);
            }
        } catch (IOException e) {
            // the client has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The start-up message's parameters. */
    private static String start(DataInputStream in, DataOutputStream out) throws IOException {
        while (true) {
            byte[] body = new byte[in.readInt() - 8];
            int code = in.readInt();
            in.readFully(body);
            if (code != SSL_REQUEST && code != GSS_REQUEST) {
                return "\0" + new String(body, StandardCharsets.UTF_8);
            }
            out.writeByte('N');
        }
    }

    private void refuse(DataOutputStream out) throws IOException {
        new Message('E', ("SFATAL\0C08P01\0Munsupported startup parameter: " + refused + "\0\0")
                .getBytes(StandardCharsets.UTF_8)).write(out);
        out.flush();
    }

    /** Lends a server from the first message until it is idle again, and all that was asked has been answered. */
    private void transaction(Message first, DataInputStream in, DataOutputStream out)
            throws IOException, InterruptedException {
        Server server = idle.take();
        borrowed.incrementAndGet();
        boolean whole = false;
        try {
            Message message = first;
            while (true) {
                message.write(server.out());
                server.out().flush();
                if (message.type() == 'S' || message.type() == 'Q') {
                    int end = answers(server, out);
                    if (end == 'I') {
                        whole = true;
                        return;
                    }
                    if (end == 'G') {
                        copyIn(server, in);
                        if (answers(server, out) == 'I') {
                            whole = true;
                            return;
                        }
                    }
                }
                message = Message.read(in);
            }
        } finally {
            if (whole) {
                idle.put(server);
            } else {
                // a client that goes in mid-transaction takes its server with it
                server.socket().close();
            }
        }
    }

    /** Passes answers on until the server is ready: says its state, or {@code G} if it waits for rows of a COPY. */
    private static int answers(Server server, DataOutputStream out) throws IOException {
        while (true) {
            Message answer = Message.read(server.in());
            answer.write(out);
            if (answer.type() == 'Z' || answer.type() == 'G') {
                out.flush();
                return answer.type() == 'G' ? 'G' : answer.body()[0];
            }
        }
    }

    private static void copyIn(Server server, DataInputStream in) throws IOException {
        Message message;
        do {
            message = Message.read(in);
            message.write(server.out());
        } while (message.type() == 'd');
        server.out().flush();
    }
}
