package dev.nxtsync.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of the database, as the driver writes it (pgJDBC documentation, "Connecting to the Database"). Errors of the
 * driver and of the pool show it whole, so that it must not hold a secret.
 */
public final class DatabaseUrl {
    private static final String SCHEME = "jdbc:postgresql:";
    private static final Pattern SECRET = Pattern
            .compile("(?i)(ssl)?(password|passwd|passphrase|pwd|secret)(?!callback)[^=&?;/]*=");
    private static final String HOST = "([^/:?#@,;=&\\[\\]\\s]*|\\[[0-9A-Fa-f:.]+(%[^\\]\\s]+)?])(:\\d{1,5})?";
    private static final Pattern ADDRESS = Pattern
            .compile(SCHEME + "(//" + HOST + "(," + HOST + ")*(/[^/?@;=&\\s]*)?|/?[^/?:@;=&\\s]*)(\\?.*)?");
    /** A host that the address certainly names, before whatever cannot be read. */
    private static final Pattern NAMED = Pattern.compile(SCHEME + "//([A-Za-z0-9.-]{1,253})(?=[:/?,]|$)[^@]*");

    private DatabaseUrl() {}

    /** What is wrong with it, without a word of what a secret may be; empty if nothing is, or nothing is there. */
    public static Optional<String> flaw(String url) {
        if (url.isEmpty()) {
            return Optional.empty();
        }
        if (SECRET.matcher(url).find() || SECRET.matcher(decoded(url)).find()) {
            return Optional.of(
                    "holds a password, and addresses are shown in errors; take it out, and set NXT_DATABASE_PASSWORD "
                            + "or NXT_DATABASE_PASSWORD_FILE instead (the key of a client's certificate has no password: let nobody "
                            + "else read its file)");
        }
        int at = url.indexOf('@');
        if (url.startsWith(SCHEME) && at >= 0 && at < (url.indexOf('?') < 0 ? url.length() : url.indexOf('?'))) {
            return Optional.of("names somebody before its host; take that out, and set NXT_DATABASE_USER, and "
                    + "NXT_DATABASE_PASSWORD or NXT_DATABASE_PASSWORD_FILE instead");
        }
        if (!ADDRESS.matcher(url).matches()) {
            Matcher named = NAMED.matcher(url);
            return Optional.of("is not the address of a PostgreSQL database"
                    + (named.matches() ? " (its host is " + named.group(1) + ")" : "")
                    + "; write for example jdbc:postgresql://db.example.com:5432/erp");
        }
        return Optional.empty();
    }

    private static String decoded(String url) {
        try {
            return URLDecoder.decode(url, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return url;
        }
    }
}
