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
    private static final String PORT = "0{0,4}([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
    private static final String HOST = "([^/:?#@,;=&\\[\\]\\s]*|\\[[0-9A-Fa-f:.]+(%[^\\]\\s]+)?])(:" + PORT + ")?";
    private static final Pattern ADDRESS = Pattern
            .compile(SCHEME + "(//" + HOST + "(," + HOST + ")*/[^/?@;=&\\s]*|[^/?:@;=&\\s]*)(\\?.*)?");
    /** A host that the address certainly names, before whatever cannot be read. */
    private static final Pattern NAMED = Pattern.compile(SCHEME + "//([A-Za-z0-9.-]{1,253})(?=[:/?,]|$)[^@]*");

    private DatabaseUrl() {}

    /** What is wrong with it, without a word of what a secret may be; empty if nothing is, or nothing is there. */
    public static Optional<String> flaw(String url) {
        if (url.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> decoded = decoded(url);
        if (SECRET.matcher(url).find() || decoded.filter(text -> SECRET.matcher(text).find()).isPresent()) {
            return Optional.of(
                    "holds a password, and addresses are shown in errors; take it out, and set NXT_DATABASE_PASSWORD "
                            + "or NXT_DATABASE_PASSWORD_FILE instead (the key of a client's certificate has no password: let nobody "
                            + "else read its file)");
        }
        int at = url.indexOf('@');
        if (url.startsWith(SCHEME) && at >= 0 && at < (url.indexOf('?') < 0 ? url.length() : url.indexOf('?'))) {
            return Optional.of("names a user before its host; take that out, and set NXT_DATABASE_USER, and "
                    + "NXT_DATABASE_PASSWORD or NXT_DATABASE_PASSWORD_FILE instead");
        }
        if (decoded.isEmpty() || !ADDRESS.matcher(url).matches()) {
            Matcher named = NAMED.matcher(url);
            return Optional.of("is not the address of a PostgreSQL database"
                    + (named.matches() ? " (its host is " + named.group(1) + ")" : "")
                    + "; write for example jdbc:postgresql://db.example.com:5432/erp");
        }
        return Optional.empty();
    }

    /** Whether there is one, and nothing is wrong with it. */
    public static boolean isUsable(String url) {
        return !url.isEmpty() && flaw(url).isEmpty();
    }

    /** Empty if the driver could not decode it either. */
    private static Optional<String> decoded(String url) {
        try {
            return Optional.of(URLDecoder.decode(url, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
