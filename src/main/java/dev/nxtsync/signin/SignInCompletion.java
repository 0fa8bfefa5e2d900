package dev.nxtsync.signin;

import java.sql.SQLException;

import jakarta.inject.Provider;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.RedactedFault;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.token.Challenge;
import dev.nxtsync.token.ConnectUnreachable;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.OpenIdProvider;
import dev.nxtsync.token.OpenIdProviders;
import dev.nxtsync.token.Person;
import dev.nxtsync.token.SignInFailed;
import dev.nxtsync.token.SignedIn;

/**
 * What a sign-in comes to: a grant that is kept, or the reason why there is none. What asks for tokens is made only where one
 * is needed, so that a command which makes a link renews nothing.
 */
@Singleton
record SignInCompletion(OpenIdProviders providers, UserGrants grants, GrantTokens tokens, UserTokens userTokens,
        Provider<Connections> connections, SignInSummary summary) {
    private static final Logger LOG = Logger.getLogger(SignInCompletion.class);

    /** @param challenge that the sign-in began with */
    SignInResult complete(Settings.Connection connection, SignInCallback callback, Challenge challenge)
            throws SQLException, TokenEncryption.Locked {
        var provider = providers.of(connection.name());
        try {
            if (!provider.isIssuer(callback.issuer())) {
                return SignInResult
                        .failed("The answer does not come from " + provider.issuer() + ", where the sign-in began.");
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
            LOG.errorf(RedactedFault.of(e), "Connection %s: a sign-in failed in a way that should not happen (%s). %s",
                    connection.name(), ErrorCode.UNEXPECTED.code(), ErrorCode.UNEXPECTED.nextStep());
            return SignInResult.failed(ErrorCode.UNEXPECTED.meaning(), ErrorCode.UNEXPECTED.nextStep());
        }
    }

    /** A person may have said no; the codes are those of RFC 6749, section 4.1.2.1, and may be others. */
    private static String refusal(String error) {
        String code = error.replaceAll("[^\\w.-]", " ");
        return error.equals("access_denied")
                ? "The sign-in was declined (access_denied)."
                : "Visma Connect refused the sign-in (" + code.substring(0, Math.min(code.length(), 100)) + ").";
    }

    private SignInResult signedIn(Settings.Connection connection, OpenIdProvider provider, SignedIn signedIn)
            throws SQLException, TokenEncryption.Locked {
        var person = signedIn.person();
        var answer = signedIn.tokens();
        if (answer.refreshToken().isEmpty()) {
            return SignInResult.failed("Visma Connect gave no refresh token, so nothing could be done without you.",
                    "Tick offline_access for the application in the Developer Portal, and ask for it in "
                            + connection.variable("SCOPE") + ".");
        }
        String scope = answer.scope().orElse(connection.askedScope());
        var sealed = tokens.sealed(connection.name(), answer, answer.refreshToken().get(), scope);
        var other = grants.signedIn(connection.name(),
                new UserGrant.Owner(provider.issuer(), person.subject(), person.tenant(), person.shown()), sealed);
        if (other.isPresent()) {
            giveBack(connection, provider, person, answer.refreshToken().get());
            return SignInResult.failed(
                    "You are " + shown(person) + ", but the connection " + connection.name() + " is signed in as "
                            + other.get() + ". Nothing was changed.",
                    "To let another person sign in, run first: sign-out " + connection.name());
        }
        LOG.infof("Connection %s: %s has signed in (sub %s)", connection.name(), person.shown(), person.subject());
        userTokens.goOn(connection.name());
        connections.get().begin(connection.name());
        return summary.ask(connection, person, scope);
    }

    /**
     * Of the person who is signed in already it is only forgotten: whether a revocation would end both grants of one person is
     * not documented.
     */
    private void giveBack(Settings.Connection connection, OpenIdProvider provider, Person person, String refreshToken)
            throws SQLException {
        boolean same = grants.find(connection.name()).flatMap(UserGrant::subject).filter(person.subject()::equals)
                .isPresent();
        if (!same) {
            try {
                provider.revoke(refreshToken);
            } catch (ConnectUnreachable e) {
                LOG.warnf("Connection %s: the refresh token of a person who was refused could not be revoked. %s",
                        connection.name(), e.getMessage());
            }
        }
    }

    private static String shown(Person person) {
        return person.shown() + person.tenant().map(tenant -> " at tenant " + tenant).orElse("");
    }
}
