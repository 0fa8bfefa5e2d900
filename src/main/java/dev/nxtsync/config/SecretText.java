package dev.nxtsync.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** A secret as it was written, by an editor, a shell or a copy from a web page, to the secret that was meant. */
final class SecretText {
    /** What is wrong with text of which {@link #isNotUtf8} holds, and what to do. */
    static final String NOT_UTF8 = "has a character that could not be read; write it in UTF-8, and set LC_ALL=C.UTF-8 "
            + "where it is set";
    private static final Pattern LINE_ENDS = Pattern.compile("[\\r\\n]+\\z");
    /** Several keys may stand on lines of their own. */
    private static final Pattern NEXT_KEY = Pattern.compile(",\\r?\\n");
    private static final int MARK = 0xFEFF;
    private static final int NOT_READ = 0xFFFD;

    private SecretText() {}

    /**
     * The secret, without the line ends behind it.
     *
     * @throws UnusableText if it cannot be the one that was meant
     */
    static String of(String written) throws UnusableText {
        String secret = LINE_ENDS.matcher(written).replaceFirst("");
        Optional<String> flaw = flaw(secret);
        if (flaw.isPresent()) {
            throw new UnusableText(flaw.get());
        }
        return secret;
    }

    private static Optional<String> flaw(String secret) {
        if (secret.isEmpty()) {
            return Optional.empty();
        }
        if (secret.codePointAt(0) == MARK) {
            return Optional.of("begins with a byte order mark (BOM); save it as UTF-8 without one");
        }
        if (isNotUtf8(secret)) {
            return Optional.of(NOT_UTF8);
        }
        if (isSpace(secret.codePointAt(0)) || isSpace(secret.codePointBefore(secret.length()))) {
            return Optional.of("begins or ends with a space; take it out");
        }
        if (NEXT_KEY.matcher(secret).replaceAll(",").codePoints().anyMatch(SecretText::isUnseen)) {
            return Optional.of("has an invisible character, such as a tab or a line end; write it again without one");
        }
        return Optional.empty();
    }

    /** Whether text has a character in place of bytes that were none in the encoding of who has read them. */
    static boolean isNotUtf8(String text) {
        return text.indexOf(NOT_READ) >= 0;
    }

    private static boolean isSpace(int character) {
        return Character.isSpaceChar(character) || character == '\t';
    }

    private static boolean isUnseen(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> false;
        };
    }
}
