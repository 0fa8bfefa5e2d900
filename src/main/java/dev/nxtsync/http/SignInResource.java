package dev.nxtsync.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import jakarta.inject.Singleton;

import com.nimbusds.oauth2.sdk.util.MultivaluedMapUtils;
import com.nimbusds.oauth2.sdk.util.URLUtils;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.Endpoint.BodyLimit;
import dev.nxtsync.http.server.Endpoint.Depending;
import dev.nxtsync.http.server.Endpoint.Handling;
import dev.nxtsync.http.server.Endpoint.Swift;
import dev.nxtsync.http.server.Endpoint.Waiting;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.http.server.Refusal;
import dev.nxtsync.http.server.Refusals;
import dev.nxtsync.signin.SignIn;
import dev.nxtsync.signin.SignInCallback;
import dev.nxtsync.signin.SignInPage;
import dev.nxtsync.signin.SignInResult;
import dev.nxtsync.signin.TokenEncryption;
import dev.nxtsync.token.ConnectUnreachable;

/**
 * What a browser sees of a sign-in: the link, Visma Connect's way back, and the page at the end. Without a link of a
 * connection of a user there is nothing here.
 */
@Singleton
class SignInResource implements HttpResource {
    /** Bound to this host and to https (RFC 6265bis, section 4.1.3.2); without the prefix on a loopback address without TLS. */
    private static final String SECURE_COOKIE = "__Host-nxt-sign-in";
    private static final String LOOPBACK_COOKIE = "nxt-sign-in";
    private static final int TEN_MINUTES = 600;
    private static final BodyLimit FORM = new BodyLimit(16_384, Duration.ofSeconds(10));

    private final SignInSettings settings;
    private final SignIn signIn;
    private final SignInPage page;
    private final Refusals refusals;

    SignInResource(SignInSettings settings, SignIn signIn, SignInPage page, Refusals refusals) {
        this.settings = settings;
        this.signIn = signIn;
        this.page = page;
        this.refusals = refusals;
    }

    @Override
    public List<Endpoint> addresses() {
        if (settings.connections().keySet().stream().allMatch(name -> signIn.user(name).isEmpty())) {
            return List.of();
        }
        return List.of(
                address("HEAD", "/sign-in/{link}", BodyLimit.NONE, (Swift) (call, reply) -> reply.accept(probe())),
                address("GET", "/sign-in/{link}", BodyLimit.NONE, (Depending) this::follow),
                address("GET", "/callback", BodyLimit.NONE, (Waiting) this::returned),
                address("POST", "/callback", FORM, (Waiting) this::posted),
                address("GET", "/signed-in", BodyLimit.NONE, (Waiting) this::result));
    }

    private Endpoint address(String method, String path, BodyLimit body, Handling work) {
        return new Endpoint(method, "/connections/{name}" + path, body, false,
                call -> signIn.user(call.parameter("name")).isPresent()
                        ? Optional.empty()
                        : Optional.of(new Refusal(Refusal.RefusalReason.UNKNOWN, "There is nothing at this address.")),
                this::object, work);
    }

    private HttpAnswer object(HttpCall call, Refusal refusal) {
        var answer = refusals.of(call, refusal);
        return refusal.reason() == Refusal.RefusalReason.UNEXPECTED
                ? page.of(500,
                        new SignInResult(false, "Not now", Map.of("Reason", refusal.text()),
                                List.of("Ask for a new link when that is mended.")))
                : SignInPage.guarded(answer);
    }

    /** Programs that look at links which people send each other must not use one up. */
    private static HttpAnswer probe() {
        return SignInPage.guarded(HttpAnswer.of(204));
    }

    private Handling follow(HttpCall call) {
        // a browser may ask before the person has decided to
        return call.header("Sec-Purpose").filter(purpose -> purpose.startsWith("prefetch")).isPresent()
                ? (Swift) (probing, reply) -> reply.accept(probe())
                : (Waiting) this::begin;
    }

    private HttpAnswer begin(HttpCall call) {
        return of(call, "Try the same link again when that is mended.", connection -> {
            var begun = signIn.begin(connection, call.parameter("link"));
            return begun.isPresent()
                    ? redirect(begun.get().authorization()).with("Set-Cookie", cookie(begun.get().cookie()))
                    : page.of(new SignInResult(false, "This link is not good",
                            Map.of("Reason", "A link is good once and for ten minutes."),
                            List.of("Ask for a new one: sign-in " + connection.name())));
        });
    }

    /** The way back as a query. */
    private HttpAnswer returned(HttpCall call) {
        return finish(Settings.ResponseMode.QUERY, call, call::query);
    }

    /** The way back as a form, which another site's page sends. */
    private HttpAnswer posted(HttpCall call) {
        var values = URLUtils.parseParameters(new String(call.body(), StandardCharsets.UTF_8));
        return finish(Settings.ResponseMode.FORM_POST, call,
                name -> Optional.ofNullable(MultivaluedMapUtils.getFirstValue(values, name)));
    }

    /** What became of it, at an address that holds no code. */
    private HttpAnswer result(HttpCall call) {
        return of(call, "Load this page again when that is mended.", connection -> {
            var cookie = call.cookie(cookieName());
            var result = cookie.isPresent() ? signIn.result(connection, cookie.get()) : Optional.<SignInResult>empty();
            return result.map(page::of).orElseGet(() -> SignInPage.guarded(HttpAnswer.of(404)));
        });
    }

    /** @param values that Visma Connect sends, by name */
    private HttpAnswer finish(Settings.ResponseMode mode, HttpCall call, Function<String, Optional<String>> values) {
        return of(call, "Ask for a new link when that is mended.", connection -> {
            if (mode != settings.responseMode()) {
                return page.of(new SignInResult(false, "This is not the way back",
                        Map.of("Reason", "Visma Connect came back in another way than NXT_RESPONSE_MODE says."),
                        List.of("Change that setting, and ask for a new link: sign-in " + connection.name())));
            }
            var finished = signIn.finish(connection, new SignInCallback(values.apply("code"), values.apply("state"),
                    values.apply("iss"), values.apply("error"), call.cookie(cookieName())));
            return finished.isPresent()
                    ? redirect(URI.create(settings.publicUrl("/connections/" + connection.name() + "/signed-in")))
                    : page.of(new SignInResult(false, "This is not a sign-in of this browser", Map.of("Reason",
                            "It was begun in another browser, has ended already, or took longer than ten minutes."),
                            List.of("Ask for a new link: sign-in " + connection.name())));
        });
    }

    private static HttpAnswer redirect(URI where) {
        return SignInPage.guarded(HttpAnswer.of(303).with("Location", where.toString()));
    }

    /** What is done for a connection, as far as database, keys and Visma Connect are there. */
    @FunctionalInterface
    private interface SignInStep {
        HttpAnswer of(Settings.Connection connection) throws SQLException, TokenEncryption.Locked, ConnectUnreachable;
    }

    /** @param next what the person does when something is not there now */
    private HttpAnswer of(HttpCall call, String next, SignInStep step) {
        try {
            return step.of(signIn.user(call.parameter("name")).orElseThrow());
        } catch (SQLException e) {
            return later(DatabaseFault.of(e), next);
        } catch (TokenEncryption.Locked e) {
            return later(e.reason(), next);
        } catch (ConnectUnreachable e) {
            return later(e.reason(), next);
        }
    }

    private HttpAnswer later(Problem reason, String next) {
        return page.of(new SignInResult(false, "Not now", Map.of("Reason", reason.message()), List.of(next)));
    }

    /** Only the one of its own mode: one without the prefix could come from another host of the site. */
    private String cookieName() {
        return isSecure() ? SECURE_COOKIE : LOOPBACK_COOKIE;
    }

    /** There is no cookie without a connection of a user, and for that there is an address. */
    private boolean isSecure() {
        return settings.publicUrl().filter(url -> url.startsWith("https:")).isPresent();
    }

    private String cookie(String value) {
        boolean crossSite = settings.responseMode() == Settings.ResponseMode.FORM_POST;
        return cookieName() + "=" + value + "; Path=/; Max-Age=" + TEN_MINUTES + "; HttpOnly; SameSite="
                + (crossSite ? "None" : "Lax") + (isSecure() || crossSite ? "; Secure" : "");
    }
}
