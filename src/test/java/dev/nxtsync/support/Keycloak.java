package dev.nxtsync.support;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A full OpenID provider that is not ours: Keycloak's distribution, unpacked somewhere, with a realm of its own. */
public final class Keycloak implements AutoCloseable {
    private static final String REALM = """
            {"realm": "nxt", "enabled": true, "sslRequired": "none", "accessTokenLifespan": 6,
             "revokeRefreshToken": %b, "refreshTokenMaxReuse": 0,
             "users": [{"username": "kari", "enabled": true, "email": "kari@example.com", "emailVerified": true,
                        "firstName": "Kari", "lastName": "Nordmann", "realmRoles": ["offline_access"],
                        "credentials": [{"type": "password", "value": "kari's password", "temporary": false}]}],
             "clientScopes": [
               {"name": "business-graphql-api:access-group-based", "protocol": "openid-connect",
                "attributes": {"include.in.token.scope": "true"}},
               {"name": "offline_access", "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"}},
               {"name": "basic", "protocol": "openid-connect", "attributes": {"include.in.token.scope": "false"},
                "protocolMappers": [{"name": "sub", "protocol": "openid-connect", "protocolMapper": "oidc-sub-mapper",
                                     "config": {"access.token.claim": "true"}}]},
               {"name": "profile", "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"},
                "protocolMappers": [{"name": "name", "protocol": "openid-connect",
                                     "protocolMapper": "oidc-full-name-mapper",
                                     "config": {"userinfo.token.claim": "true"}}]},
               {"name": "email", "protocol": "openid-connect", "attributes": {"include.in.token.scope": "true"},
                "protocolMappers": [{"name": "email", "protocol": "openid-connect",
                                     "protocolMapper": "oidc-usermodel-attribute-mapper",
                                     "config": {"user.attribute": "email", "claim.name": "email",
                                                "userinfo.token.claim": "true"}}]}],
             "clients": [{"clientId": "isv_demo", "secret": "demo+secret%%/:1", "enabled": true,
                          "protocol": "openid-connect", "standardFlowEnabled": true,
                          "redirectUris": ["%s/connections/main/callback"],
                          "attributes": {"pkce.code.challenge.method": "S256"},
                          "optionalClientScopes": ["offline_access", "business-graphql-api:access-group-based"],
                          "defaultClientScopes": ["basic", "email", "profile"]}]}
            """;

    private final Process process;
    private final Path log;
    private final int port;

    private Keycloak(Process process, Path log, int port) {
        this.process = process;
        this.log = log;
        this.port = port;
    }

    /**
     * @param home of the distribution
     * @param client at whose address people come back
     * @param oneTime whether refresh tokens are good one time
     */
    public static Keycloak start(Path home, String client, boolean oneTime) throws IOException {
        int port = Daemon.freePort();
        int management = Daemon.freePort();
        Path data = Files.createDirectories(home.resolve("data/import"));
        Files.writeString(data.resolve("realm.json"), REALM.formatted(oneTime, client));
        Path log = Files.createTempFile("keycloak", ".log");
        var builder = new ProcessBuilder(home.resolve("bin/kc.sh").toString(), "start-dev", "--import-realm",
                "--http-host=127.0.0.1", "--http-port=" + port, "--http-management-port=" + management, "--db=dev-mem",
                "--cache=local").redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        home.resolve("bin/kc.sh").toFile().setExecutable(true);
        var keycloak = new Keycloak(builder.start(), log, port);
        Runtime.getRuntime().addShutdownHook(new Thread(keycloak::close));
        await().atMost(Duration.ofMinutes(3)).until(keycloak::isThere);
        return keycloak;
    }

    public String issuer() {
        return "http://127.0.0.1:" + port + "/realms/nxt";
    }

    private boolean isThere() throws InterruptedException, IOException {
        if (!process.isAlive()) {
            throw new AssertionError("Keycloak has ended:\n" + Files.readString(log));
        }
        try {
            return HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(URI.create(issuer() + "/.well-known/openid-configuration")).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
