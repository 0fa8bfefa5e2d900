package dev.nxtsync.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;

/** Ends TLS in front of a port of this machine, with a certificate of a private CA that nobody trusts by itself. */
public final class TlsFront implements AutoCloseable {
    private static final char[] PASSWORD = "password".toCharArray();

    private final int target;
    private final SSLServerSocket server;
    private final Path certificate;

    /** @param names host names that the certificate is for */
    public TlsFront(int target, String... names) throws IOException, GeneralSecurityException, InterruptedException {
        this.target = target;
        Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "daemons")), "tls")
                .toAbsolutePath();
        Path store = directory.resolve("store.p12");
        keytool("-genkeypair", "-alias", "a", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=private CA",
                "-ext", "san=ip:127.0.0.1,dns:" + String.join(",dns:", names), "-ext", "bc:c", "-validity", "2",
                "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", new String(PASSWORD));
        certificate = directory.resolve("ca.pem");
        keytool("-exportcert", "-rfc", "-alias", "a", "-file", certificate.toString(), "-keystore", store.toString(),
                "-storepass", new String(PASSWORD));
        var keys = KeyStore.getInstance(store.toFile(), PASSWORD);
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        var context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50,
                InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The CA's certificate, as PEM. */
    public Path certificate() {
        return certificate;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        try {
            while (true) {
                var from = server.accept();
                daemon(() -> {
                    try {
                        var to = new Socket(InetAddress.getLoopbackAddress(), target);
                        daemon(() -> copy(to, from));
                        copy(from, to);
                    } catch (IOException e) {
                        close(from);
                    }
                });
            }
        } catch (IOException e) {
            // closed
        }
    }

    static void copy(Socket from, Socket to) {
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

    static void daemon(Runnable work) {
        var thread = new Thread(work, "front");
        thread.setDaemon(true);
        thread.start();
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        var line = new java.util.ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(java.util.List.of(arguments));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(output);
        }
    }
}
