package dev.nxtsync.signin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

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
    private static final String STYLE = """
            :root{color-scheme:light dark;--text:#1b2430;--soft:#55606e;--page:#f2f4f7;--card:#fff;--line:#dde2e8}
            .well{--mark:#0a7040}.failed{--mark:#b3261e}
            @media(prefers-color-scheme:dark){
            :root{--text:#e6eaf0;--soft:#a4afbd;--page:#11161d;--card:#1a212b;--line:#323c4a}
            .well{--mark:#4fc98a}.failed{--mark:#ff8a80}}
            *{box-sizing:border-box}
            body{margin:0;padding:1rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}
            main{max-width:44rem;margin:0 auto;padding:1.25rem;background:var(--card);overflow-wrap:anywhere;
            border:1px solid var(--line);border-top:.25rem solid var(--mark);border-radius:.5rem}
            .product{margin:0;color:var(--soft);font-size:.875rem}
            h1{margin:0 0 1rem;color:var(--mark);font-size:1.5rem;line-height:1.25}
            dl{margin:0 0 1.25rem}
            dl div{padding:.5rem 0;border-top:1px solid var(--line)}
            dt{font-weight:600}
            dd{margin:0}
            p{margin:.75rem 0 0}
            @media(min-width:40rem){
            body{padding:3rem 1rem}main{padding:2rem}dl div{display:grid;grid-template-columns:9rem 1fr;gap:1rem}}
            """;
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

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
