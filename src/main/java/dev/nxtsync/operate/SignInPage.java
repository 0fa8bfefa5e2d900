package dev.nxtsync.operate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import io.quarkus.qute.Location;
import io.quarkus.qute.Template;

import dev.nxtsync.signin.SignInResult;

/**
 * The one page that people see. Nothing runs in it, it loads nothing, no other site can frame it, and no browser keeps it
 * (Content Security Policy Level 3; OAuth 2.0 Security Best Current Practice, RFC 9700, sections 4.2 and 4.16).
 */
@Singleton
class SignInPage {
    private static final String STYLE = "body{font:1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}"
            + "dt{font-weight:600}dd{margin:0 0 .5rem}";
    private static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Template page;

    SignInPage(@Location("sign-in.html") Template page) {
        this.page = page;
    }

    Response of(SignInResult result) {
        return guarded(Response.status(result.well() ? 200 : 400).type(MediaType.TEXT_HTML_TYPE.withCharset("utf-8"))
                .entity(page.data("style", STYLE).data("title", result.title()).data("facts", result.facts().entrySet())
                        .data("notes", result.notes()).render()));
    }

    /** An answer that no browser keeps, frames or tells others the address of. */
    static Response guarded(Response.ResponseBuilder response) {
        return response.header("Content-Security-Policy", POLICY).header("X-Frame-Options", "DENY")
                .header("X-Content-Type-Options", "nosniff").header("Referrer-Policy", "no-referrer")
                .header("Cross-Origin-Opener-Policy", "same-origin").header("Cache-Control", "no-store").build();
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder().encodeToString(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
