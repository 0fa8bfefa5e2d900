package dev.nxtsync.error;

import java.util.regex.Pattern;

/** Texts of others, as they may be kept and shown: in one line, of characters that do nothing, and not too long. */
public final class QuotedText {
    private static final int LONGEST = 1_000;
    private static final int LONGEST_NAME = 100;
    private static final Pattern NOT_SHOWN = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]+");

    private QuotedText() {}

    /** What a server says of what is wrong. */
    public static String message(String text) {
        return upTo(LONGEST, text);
    }

    /** A name, a code, or another short text. */
    public static String name(String text) {
        return upTo(LONGEST_NAME, text);
    }

    /** @param longest in characters; what is longer ends with three dots */
    public static String upTo(int longest, String text) {
        String beginning = text.length() > longest ? text.substring(0, longest) : text;
        return NOT_SHOWN.matcher(beginning).replaceAll(" ").strip() + (text.length() > longest ? "…" : "");
    }
}
