package dev.nxtsync.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Headers that an operator adds to notices, written as {@code Name: value}, with semicolons between them. What is wrong is told
 * by their places, since names and values may hold a secret.
 *
 * @param flaws what is wrong with each that cannot be sent
 */
public record NoticeHeaders(Map<String, String> values, List<String> flaws) {
    /** A token (RFC 9110, section 5.6.2). */
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7E]+");
    private static final Pattern SEPARATOR = Pattern.compile(";\\s*");
    /** What a notice has by itself, and what is for the connection. */
    private static final Set<String> TAKEN = Set.of("content-type", "content-length", "host", "connection",
            "transfer-encoding", "upgrade", "expect", "te", "trailer", "webhook-id", "webhook-timestamp",
            "webhook-signature");

    /** None of them is shown. */
    @Override
    public String toString() {
        return "(secret)";
    }

    public static NoticeHeaders read(String text) {
        var values = new LinkedHashMap<String, String>();
        var flaws = new ArrayList<String>();
        var names = new TreeSet<>(TAKEN);
        String[] headers = SEPARATOR.split(text, 0);
        for (int i = 0; i < headers.length; i++) {
            String[] parts = headers[i].split(":", 2);
            String name = parts[0].strip();
            String value = parts.length == 2 ? parts[1].strip() : "";
            String header = "header " + (i + 1) + " ";
            if (parts.length < 2 || !NAME.matcher(name).matches()) {
                flaws.add(header
                        + "does not begin with a name and a colon; write Name: value, with a semicolon before the "
                        + "next one");
            } else if (!VALUE.matcher(value).matches()) {
                flaws.add(header + (value.isEmpty()
                        ? "has no value"
                        : "has a character that headers cannot have; write letters, digits and signs of ASCII"));
            } else if (!names.add(name.toLowerCase(Locale.ROOT))) {
                flaws.add(header + (TAKEN.contains(name.toLowerCase(Locale.ROOT))
                        ? "has a name that nxt-sync sets by itself; leave it out"
                        : "has the name of one before it; leave one out"));
            } else {
                values.put(name, value);
            }
        }
        return new NoticeHeaders(values, flaws);
    }
}
