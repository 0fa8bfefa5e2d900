package dev.nxtsync.support;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;

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
        Relay.accept(server, this::serve);
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

    private void serve(Socket from) {
        try {
            Relay.between(from, new Socket(InetAddress.getLoopbackAddress(), target));
        } catch (IOException e) {
            Relay.close(from);
        }
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        var line = new ArrayList<String>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        line.addAll(List.of(arguments));
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(output);
        }
    }
}
