package dev.nxtsync.signin;

import java.net.URI;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.token.Challenge;
import dev.nxtsync.token.ConnectUnreachable;
import dev.nxtsync.token.OpenIdProviders;

/**
 * The sign-in of a person (RFC 6749, section 4.1, with PKCE; OpenID Connect Core, section 3.1): a link, which is good once,
 * binds a browser by a cookie; state, nonce and code verifier bind what comes back to it.
 */
@Singleton
public class SignIn {
    private static final Logger LOG = Logger.getLogger(SignIn.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SignInSettings settings;
    private final SignInTable signIns;
    private final TokenEncryption encryption;
    private final OpenIdProviders providers;
    private final SignInCompletion completion;

    SignIn(SignInSettings settings, SignInTable signIns, TokenEncryption encryption, OpenIdProviders providers,
            SignInCompletion completion) {
        this.settings = settings;
        this.signIns = signIns;
        this.encryption = encryption;
        this.providers = providers;
        this.completion = completion;
    }

    /** A link that lets one person sign in, once. */
    public record Link(String url, Instant expiresAt) {
        @Override
        public String toString() {
            return "Link[expiresAt=" + expiresAt + "]";
        }
    }

    /**
     * Where a browser goes on.
     *
     * @param cookie binds what comes back to this browser
     */
    public record Begun(URI authorization, String cookie) {
        @Override
        public String toString() {
            return "Begun";
        }
    }

    /** The connection of this name for which a person signs in. */
    public Optional<Settings.Connection> user(String connection) {
        return Optional.ofNullable(settings.connections().get(connection))
                .filter(each -> each.kind() == Settings.ConnectionKind.USER);
    }

    public Link offer(Settings.Connection connection) throws SQLException {
        var secret = RandomToken.secret();
        Instant expiresAt = signIns.offer(secret.hash(), connection.name());
        return new Link(settings.publicUrl("/connections/" + connection.name() + "/sign-in/" + secret.value()),
                expiresAt);
    }

    /** Uses a link; empty if it is not good, or no longer. */
    public Optional<Begun> begin(Settings.Connection connection, String link)
            throws SQLException, ConnectUnreachable, TokenEncryption.Locked {
        String hash = new RandomToken(link).hash();
        if (!signIns.isGood(hash, connection.name())) {
            return Optional.empty();
        }
        var challenge = Challenge.random();
        // before the link is used up, and not for whoever has none
        URI authorization = providers.of(connection.name()).authorization(challenge);
        var cookie = RandomToken.secret();
        String sealed = encryption.encrypt(challenge.nonce() + " " + challenge.verifier(), place(connection.name()));
        boolean good = signIns.begin(hash, connection.name(), new RandomToken(challenge.state()).hash(), cookie.hash(),
                sealed);
        return good ? Optional.of(new Begun(authorization, cookie.value())) : Optional.empty();
    }

    /** Ends a sign-in, whatever became of it; empty if there is none of this browser, so that nothing is kept or told. */
    public Optional<SignInResult> finish(Settings.Connection connection, SignInCallback callback)
            throws SQLException, TokenEncryption.Locked {
        if (callback.state().isEmpty() || callback.cookie().isEmpty()) {
            return Optional.empty();
        }
        String cookie = new RandomToken(callback.cookie().get()).hash();
        var sealed = signIns.end(connection.name(), new RandomToken(callback.state().get()).hash(), cookie);
        if (sealed.isEmpty()) {
            return Optional.empty();
        }
        String[] secrets = encryption.decrypt(sealed.get(), place(connection.name())).split(" ", 2);
        var result = completion.complete(connection, callback,
                new Challenge(callback.state().get(), secrets[0], secrets[1]));
        if (!result.well()) {
            LOG.warnf("Connection %s: a sign-in failed. %s", connection.name(),
                    String.join(" ", result.facts().values()));
        }
        try {
            signIns.result(connection.name(), cookie, JSON.writeValueAsString(result));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        return Optional.of(result);
    }

    /** What became of the sign-in of this browser, for ten minutes. */
    public Optional<SignInResult> result(Settings.Connection connection, String cookie) throws SQLException {
        var stored = signIns.result(connection.name(), new RandomToken(cookie).hash());
        try {
            return stored.isPresent()
                    ? Optional.of(JSON.readValue(stored.get(), SignInResult.class))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String place(String connection) {
        return "sign_in " + connection;
    }
}
