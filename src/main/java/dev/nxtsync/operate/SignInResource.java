package dev.nxtsync.operate;

import java.net.URI;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;

import org.jspecify.annotations.Nullable;

import io.smallrye.common.annotation.Blocking;

import com.nimbusds.oauth2.sdk.util.MultivaluedMapUtils;
import com.nimbusds.oauth2.sdk.util.URLUtils;

import dev.nxtsync.config.Settings;
import dev.nxtsync.signin.SignIn;
import dev.nxtsync.signin.SignInResult;
import dev.nxtsync.signin.Vault;
import dev.nxtsync.store.DatabaseFault;
import dev.nxtsync.token.OpenIdProvider;
import dev.nxtsync.trouble.Reason;

/**
 * What a browser sees of a sign-in: the link, Visma Connect's way back, and the page at the end. Without a link of a
 * connection of a user there is nothing here.
 */
@Singleton
@Blocking
@Path("/connections/{name}")
public class SignInResource {
    /** Bound to this host and to https (RFC 6265bis, section 4.1.3.2); without the prefix on a loopback address without TLS. */
    private static final String SECURE_COOKIE = "__Host-nxt-sign-in";
    private static final String LOOPBACK_COOKIE = "nxt-sign-in";
    private static final int TEN_MINUTES = 600;
    private static final int LONGEST_FORM = 16_384;

    private final Settings settings;
    private final SignIn signIn;
    private final SignInPage page;

    SignInResource(Settings settings, SignIn signIn, SignInPage page) {
        this.settings = settings;
        this.signIn = signIn;
        this.page = page;
    }

    /** Programs that look at links which people send each other must not use one up. */
    @HEAD
    @Path("/sign-in/{link}")
    public Response probe(@PathParam("name") String name) {
        return signIn.user(name).isPresent() ? SignInPage.guarded(Response.noContent()) : nothing();
    }

    /** @param purpose why it is asked for, where a browser does so before the person has decided to */
    @GET
    @Path("/sign-in/{link}")
    public Response begin(@PathParam("name") String name, @PathParam("link") String link,
            @HeaderParam("Sec-Purpose") @Nullable String purpose) {
        if (purpose != null && purpose.startsWith("prefetch")) {
            return probe(name);
        }
        return of(name, "Try the same link again when that is mended.", connection -> {
            var begun = signIn.begin(connection, link);
            return begun.isPresent()
                    ? SignInPage.guarded(
                            Response.seeOther(begun.get().authorization()).cookie(cookie(begun.get().cookie())))
                    : page.of(new SignInResult(false, "This link is not good", Map.of("Reason",
                            "A link is good once and for ten minutes."),
                            List.of("Ask for a new one: sign-in " + connection.name())));
        });
    }

    /** The way back as a query. */
    @GET
    @Path("/callback")
    public Response returned(@PathParam("name") String name, @QueryParam("code") @Nullable String code,
            @QueryParam("state") @Nullable String state, @QueryParam("iss") @Nullable String issuer,
            @QueryParam("error") @Nullable String error, @CookieParam(SECURE_COOKIE) @Nullable String secure,
            @CookieParam(LOOPBACK_COOKIE) @Nullable String loopback) {
        return finish(Settings.ResponseMode.QUERY, name, callback(code, state, issuer, error, sent(secure, loopback)));
    }

    /** The way back as a form, which another site's page sends. As a text, since forms are taken by way of a directory for files. */
    @POST
    @Path("/callback")
    @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
    public Response posted(@PathParam("name") String name, String form,
            @CookieParam(SECURE_COOKIE) @Nullable String secure,
            @CookieParam(LOOPBACK_COOKIE) @Nullable String loopback) {
        if (form.length() > LONGEST_FORM) {
            return nothing();
        }
        var values = URLUtils.parseParameters(form);
        return finish(Settings.ResponseMode.FORM_POST, name, callback(first(values, "code"), first(values, "state"),
                first(values, "iss"), first(values, "error"), sent(secure, loopback)));
    }

    private static @Nullable String first(Map<String, List<String>> values, String name) {
        return MultivaluedMapUtils.getFirstValue(values, name);
    }

    /** What became of it, at an address that holds no code. */
    @GET
    @Path("/signed-in")
    public Response result(@PathParam("name") String name, @CookieParam(SECURE_COOKIE) @Nullable String secure,
            @CookieParam(LOOPBACK_COOKIE) @Nullable String loopback) {
        return of(name, "Load this page again when that is mended.", connection -> {
            var cookie = sent(secure, loopback);
            var result = cookie.isPresent()
                    ? signIn.result(connection, cookie.get())
                    : Optional.<SignInResult>empty();
            return result.map(page::of).orElseGet(SignInResource::nothing);
        });
    }

    private static SignIn.Callback callback(@Nullable String code, @Nullable String state, @Nullable String issuer,
            @Nullable String error, Optional<String> cookie) {
        return new SignIn.Callback(Optional.ofNullable(code), Optional.ofNullable(state), Optional.ofNullable(issuer),
                Optional.ofNullable(error), cookie);
    }

    private Response finish(Settings.ResponseMode mode, String name, SignIn.Callback callback) {
        return of(name, "Ask for a new link when that is mended.", connection -> {
            if (mode != settings.responseMode()) {
                return page.of(new SignInResult(false, "This is not the way back", Map.of("Reason",
                        "Visma Connect came back in another way than NXT_RESPONSE_MODE says."),
                        List.of(
                                "Change that setting, and ask for a new link: sign-in " + connection.name())));
            }
            var finished = signIn.finish(connection, callback);
            return finished.isPresent()
                    ? SignInPage.guarded(Response.seeOther(
                            URI.create(settings.publicUrl("/connections/" + connection.name() + "/signed-in"))))
                    : page.of(new SignInResult(false, "This is not a sign-in of this browser",
                            Map.of("Reason",
                                    "It was begun in another browser, has ended already, or took longer than ten minutes."),
                            List.of("Ask for a new link: sign-in " + connection.name())));
        });
    }

    /** What is done for a connection, as far as database, keys and Visma Connect are there. */
    @FunctionalInterface
    private interface Step {
        Response of(Settings.Connection connection)
                throws SQLException, Vault.Locked, OpenIdProvider.Unreachable;
    }

    /** @param next what the person does when something is not there now */
    private Response of(String name, String next, Step step) {
        var connection = signIn.user(name);
        if (connection.isEmpty()) {
            return nothing();
        }
        try {
            return step.of(connection.get());
        } catch (SQLException e) {
            return later(DatabaseFault.of(e), next);
        } catch (Vault.Locked e) {
            return later(e.reason(), next);
        } catch (OpenIdProvider.Unreachable e) {
            return later(e.reason(), next);
        }
    }

    private Response later(Reason reason, String next) {
        return page.of(new SignInResult(false, "Not now", Map.of("Reason", reason.message()),
                List.of(next)));
    }

    private static Response nothing() {
        return SignInPage.guarded(Response.status(404));
    }

    /** Only the cookie of our own mode: another page of the same site can set one without the prefix. */
    private Optional<String> sent(@Nullable String secure, @Nullable String loopback) {
        return Optional.ofNullable(isHttps() ? secure : loopback);
    }

    /** There is no cookie without a connection of a user, and for that there is an address. */
    private boolean isHttps() {
        return settings.publicUrl().filter(url -> url.startsWith("https:")).isPresent();
    }

    private NewCookie cookie(String value) {
        boolean https = isHttps();
        boolean crossSite = settings.responseMode() == Settings.ResponseMode.FORM_POST;
        return new NewCookie.Builder(https ? SECURE_COOKIE : LOOPBACK_COOKIE).value(value).path("/")
                .maxAge(TEN_MINUTES).httpOnly(true).secure(https || crossSite)
                .sameSite(crossSite ? NewCookie.SameSite.NONE : NewCookie.SameSite.LAX).build();
    }
}
