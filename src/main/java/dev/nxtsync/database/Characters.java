package dev.nxtsync.database;

import java.util.Optional;

/** Which texts PostgreSQL can hold: those without U+0000 and without halves of characters. */
public final class Characters {
    private Characters() {}

    /** What a text has that PostgreSQL cannot hold, as in "it has …"; empty if it can hold it as it is. */
    public static Optional<String> flaw(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                return Optional.of("the character U+0000, which PostgreSQL cannot hold");
            }
            if (Character.isSurrogate(c)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(c, text.charAt(i + 1))) {
                    return Optional.of("a lone surrogate, which is not a character");
                }
                i++;
            }
        }
        return Optional.empty();
    }

    /** The text with a question mark for each character that PostgreSQL cannot hold, to be shown to people. */
    public static String shown(String text) {
        return text.codePoints().map(point -> point == 0 || (point >= 0xD800 && point <= 0xDFFF) ? '?' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }
}
