package dev.nxtsync.signin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;

import jakarta.inject.Singleton;

import io.quarkus.qute.Location;
import io.quarkus.qute.Template;

import dev.nxtsync.http.server.HttpAnswer;

/**
 * The one page that people see. Nothing runs in it, it loads nothing, no other site can frame it, and no browser keeps it
 * (Content Security Policy Level 3; OAuth 2.0 Security Best Current Practice, RFC 9700, sections 4.2 and 4.16).
 */
@Singleton
public class SignInPage {
    private static final String STYLE = style();
    private static final String POLICY = "default-src 'none'; style-src 'sha256-" + hash(STYLE)
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Template page;

    SignInPage(@Location("sign-in.html") Template page) {
        this.page = page;
    }

    public HttpAnswer of(SignInResult result) {
        return of(result.well() ? 200 : 400, result);
    }

    public HttpAnswer of(int status, SignInResult result) {
        return guarded(HttpAnswer.of(status, "text/html;charset=utf-8",
                page.data("style", STYLE).data("title", result.title()).data("well", result.well())
                        .data("facts", result.facts().entrySet()).data("notes", result.notes()).render()));
    }

    /** An answer that no browser keeps, frames or tells others the address of. */
    public static HttpAnswer guarded(HttpAnswer answer) {
        return answer.with("Content-Security-Policy", POLICY).with("X-Frame-Options", "DENY")
                .with("X-Content-Type-Options", "nosniff").with("Referrer-Policy", "no-referrer")
                .with("Cross-Origin-Opener-Policy", "same-origin").with("Cache-Control", "no-store");
    }

    private static String style() {
        try (var in = SignInPage.class.getResourceAsStream("/sign-in.css")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
