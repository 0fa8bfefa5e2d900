package dev.nxtsync.signin;

import java.net.URI;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

import jakarta.enterprise.event.Event;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Wordless;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.token.ConnectUnreachable;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.OpenIdProvider;
import dev.nxtsync.token.OpenIdProvider.Challenge;
import dev.nxtsync.token.OpenIdProviders;
import dev.nxtsync.token.Person;
import dev.nxtsync.token.SignInFailed;

/**
 * The sign-in of a person (RFC 6749, section 4.1, with PKCE; OpenID Connect Core, section 3.1): a link, which is good once,
 * binds a browser by a cookie; state, nonce and code verifier bind what comes back to it. What asks for tokens is made only
 * where one is needed, so that a command which makes a link renews nothing.
 */
@Singleton
public class SignIn {
    private static final Logger LOG = Logger.getLogger(SignIn.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Settings settings;
    private final SignInTable signIns;
    private final UserGrants grants;
    private final GrantTokens tokens;
    private final TokenEncryption vault;
    private final OpenIdProviders providers;
    private final UserTokens userTokens;
    private final Event<SignInEvent> events;
    private final Provider<Connections> connections;
    private final SignInSummary summary;

    SignIn(Settings settings, SignInTable signIns, UserGrants grants, GrantTokens tokens, TokenEncryption vault,
            OpenIdProviders providers, UserTokens userTokens, Event<SignInEvent> events,
            Provider<Connections> connections, SignInSummary summary) {
        this.settings = settings;
        this.signIns = signIns;
        this.grants = grants;
        this.tokens = tokens;
        this.vault = vault;
        this.providers = providers;
        this.userTokens = userTokens;
        this.events = events;
        this.connections = connections;
        this.summary = summary;
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

    /**
     * What Visma Connect sends a browser back with (RFC 6749, sections 4.1.2 and 4.1.2.1; RFC 9207).
     *
     * @param cookie what the browser was given when it began
     */
    public record Callback(Optional<String> code, Optional<String> state, Optional<String> issuer,
            Optional<String> error, Optional<String> cookie) {
        @Override
        public String toString() {
            return "Callback";
        }
    }

    /** What became of a sign-out. */
    public record SignedOut(boolean revoked, Optional<URI> endOfSession) {}

    /** The connection of this name for which a person signs in. */
    public Optional<Settings.Connection> user(String connection) {
        return Optional.ofNullable(settings.connections().get(connection))
                .filter(each -> each.kind() == Settings.Kind.USER);
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
        String sealed = vault.encrypt(challenge.nonce() + " " + challenge.verifier(), place(connection.name()));
        boolean good = signIns.begin(hash, connection.name(),
                new RandomToken(challenge.state()).hash(), cookie.hash(), sealed);
        return good ? Optional.of(new Begun(authorization, cookie.value())) : Optional.empty();
    }

    /** Ends a sign-in, whatever became of it; empty if there is none of this browser, so that nothing is kept or told. */
    public Optional<SignInResult> finish(Settings.Connection connection, Callback callback)
            throws SQLException, TokenEncryption.Locked {
        if (callback.state().isEmpty() || callback.cookie().isEmpty()) {
            return Optional.empty();
        }
        String cookie = new RandomToken(callback.cookie().get()).hash();
        var sealed = signIns.end(connection.name(), new RandomToken(callback.state().get()).hash(), cookie);
        if (sealed.isEmpty()) {
            return Optional.empty();
        }
        String[] secrets = vault.decrypt(sealed.get(), place(connection.name())).split(" ", 2);
        var result = judged(connection, callback, new Challenge(callback.state().get(), secrets[0], secrets[1]));
        if (!result.well()) {
            LOG.warnf("Connection %s: a sign-in has come to nothing. %s", connection.name(),
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

    private SignInResult judged(Settings.Connection connection, Callback callback, Challenge challenge)
            throws SQLException, TokenEncryption.Locked {
        var provider = providers.of(connection.name());
        try {
            if (!provider.isIssuer(callback.issuer())) {
                return SignInResult.failed("The answer does not come from " + settings.issuer(connection)
                        + ", where the sign-in began.");
            }
            if (callback.error().isPresent()) {
                return SignInResult.failed(refusal(callback.error().get()),
                        "If Visma Connect showed an Error-ID, look it up with the OAuth Debugger of the Developer "
                                + "Portal, or tell it to Visma's support.");
            }
            if (callback.code().isEmpty()) {
                return SignInResult.failed("Visma Connect sent neither a code nor an error.");
            }
            return signedIn(connection, provider, provider.exchange(callback.code().get(), challenge));
        } catch (SignInFailed e) {
            return SignInResult.failed(String.valueOf(e.getMessage()));
        } catch (ConnectUnreachable e) {
            return SignInResult.failed(e.reason().message());
        } catch (RuntimeException e) {
            OutOfMemory.endIfCauseOf(e);
            LOG.errorf(Wordless.of(e), "Connection %s: a sign-in failed in a way that should not happen (%s). %s",
                    connection.name(), ErrorCode.UNEXPECTED.code(), ErrorCode.UNEXPECTED.nextStep());
            return SignInResult.failed("A fault of nxt-sync itself (" + e.getClass().getSimpleName() + ").",
                    ErrorCode.UNEXPECTED.nextStep());
        }
    }

    /** A person may have said no; the codes are those of RFC 6749, section 4.1.2.1, and may be others. */
    private static String refusal(String error) {
        String code = error.replaceAll("[^\\w.-]", " ");
        return error.equals("access_denied")
                ? "The sign-in was declined (access_denied)."
                : "Visma Connect refused the sign-in (" + code.substring(0, Math.min(code.length(), 100)) + ").";
    }

    private SignInResult signedIn(Settings.Connection connection, OpenIdProvider provider,
            OpenIdProvider.SignedIn signedIn) throws SQLException, TokenEncryption.Locked {
        var person = signedIn.person();
        var answer = signedIn.tokens();
        if (answer.refreshToken().isEmpty()) {
            return SignInResult.failed(
                    "Visma Connect gave no refresh token, so that nothing could be done without you.",
                    "Tick offline_access for the application in the Developer Portal, and ask for it in "
                            + connection.variable("SCOPE") + ".");
        }
        String scope = answer.scope().orElse(connection.askedScope());
        var sealed = tokens.sealed(connection.name(), answer, answer.refreshToken().get(), scope);
        var other = grants.signedIn(connection.name(),
                new UserGrant.Owner(provider.issuer(), person.subject(), person.tenant(), person.shown()), sealed);
        if (other.isPresent()) {
            giveBack(connection, provider, person, answer.refreshToken().get());
            return SignInResult.failed("You are " + shown(person) + ", and the connection "
                    + connection.name() + " is signed in as " + other.get() + ". Nothing was changed.",
                    "To let somebody else sign in, run first: sign-out " + connection.name());
        }
        LOG.infof("Connection %s: %s has signed in (sub %s)", connection.name(), person.shown(), person.subject());
        userTokens.goOn(connection.name());
        connections.get().begin(connection.name());
        return summary.of(connection, person, scope);
    }

    /**
     * Of the person who is signed in already it is only forgotten: whether a revocation would end both grants of one person is
     * not documented.
     */
    private void giveBack(Settings.Connection connection, OpenIdProvider provider, Person person, String refreshToken)
            throws SQLException {
        boolean same = grants.of(connection.name()).flatMap(UserGrant::subject).filter(person.subject()::equals)
                .isPresent();
        if (!same) {
            try {
                provider.revoke(refreshToken);
            } catch (ConnectUnreachable e) {
                LOG.warnf("Connection %s: the refresh token of a person who was refused is not revoked. %s",
                        connection.name(), e.getMessage());
            }
        }
    }

    private static String shown(Person person) {
        return person.shown() + person.tenant().map(tenant -> " at tenant " + tenant).orElse("");
    }

    /**
     * Ends what a sign-in has begun: its refresh token is revoked, and forgotten. Nothing is done if Visma Connect does not
     * take it back.
     */
    public SignedOut signOut(Settings.Connection connection) throws SQLException, ConnectUnreachable {
        var provider = providers.of(connection.name());
        var endOfSession = provider.endOfSession();
        var grant = grants.of(connection.name()).filter(each -> !each.refreshToken().isEmpty());
        boolean revoked = false;
        if (grant.isPresent() && grant.get().isOfAnother(provider.issuer())) {
            LOG.warnf("Connection %s: its refresh token is not revoked, since it came from another issuer: %s",
                    connection.name(), grant.get().issuer().orElseThrow());
        } else if (grant.isPresent()) {
            try {
                provider.revoke(tokens.refreshToken(grant.get()));
                revoked = true;
            } catch (TokenEncryption.Locked e) {
                LOG.warnf("Connection %s: its refresh token cannot be revoked. %s", connection.name(), e.getMessage());
            }
        }
        grants.forget(connection.name(), SignInNeeded.signedOut(connection));
        events.fire(new SignInEvent.Ended(connection.name()));
        // every replica, this one too, notices that within two seconds
        return new SignedOut(revoked, endOfSession);
    }
}
