package dev.nxtsync.token;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.util.URLUtils;

/** The secrets of a request, in the ways they may be written, so that they are known again where its answer repeats them. */
final class SentSecrets {
    /** Form parameters with a secret (RFC 6749, sections 2.3.1, 4.1.3 and 6; RFC 7009, section 2.1; RFC 7636, section 4.5). */
    private static final List<String> SECRETS = List.of("client_secret", "refresh_token", "code", "code_verifier",
            "token");
    private static final String BASIC = "Basic ";
    /** So many characters of a secret say too much of it. */
    private static final int TELLING = 12;

    private final Set<String> forms = new HashSet<>();

    private SentSecrets() {}

    static SentSecrets in(HTTPRequest request) {
        var sent = new SentSecrets();
        String authorization = request.getAuthorization();
        if (authorization != null && authorization.startsWith(BASIC)) {
            String credentials = authorization.substring(BASIC.length());
            sent.add(credentials);
            String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            sent.add(URLDecoder.decode(pair.substring(pair.indexOf(':') + 1), StandardCharsets.UTF_8));
        }
        var parameters = URLUtils.parseParameters(request.getBody());
        SECRETS.forEach(name -> parameters.getOrDefault(name, List.of()).forEach(sent::add));
        return sent;
    }

    private void add(String secret) {
        if (!secret.isEmpty()) {
            forms.add(secret.toLowerCase(Locale.ROOT));
            forms.add(URLEncoder.encode(secret, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT));
        }
    }

    /** Whether a secret, or a telling part of one, is in a text. */
    boolean isIn(String text) {
        String small = text.toLowerCase(Locale.ROOT);
        for (String form : forms) {
            if (form.length() <= TELLING ? small.contains(form) : isPartIn(small, form)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPartIn(String text, String form) {
        for (int i = 0; i + TELLING <= text.length(); i++) {
            if (form.contains(text.substring(i, i + TELLING))) {
                return true;
            }
        }
        return false;
    }
}
