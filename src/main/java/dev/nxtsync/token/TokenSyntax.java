package dev.nxtsync.token;

import java.util.Optional;
import java.util.regex.Pattern;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;

/** What a token may consist of. What is wrong with one is told by its length and a kind of character, and never by what it is. */
final class TokenSyntax {
    /** More than servers take in a header. */
    static final int LONGEST = 16_384;
    /** RFC 6750, section 2.1; RFC 7235, section 2.1. */
    private static final Pattern TOKEN68 = Pattern.compile("[A-Za-z0-9._~+/-]++=*+");
    /** RFC 6749, appendix A.17. */
    private static final Pattern VISIBLE = Pattern.compile("[ -~]++");

    private TokenSyntax() {}

    /** What is wrong with an access token, which goes into a header; empty if nothing is. */
    static Optional<String> flawOfAccess(String token) {
        return flaw(token, TOKEN68);
    }

    /** Why an access token is not used; empty if it is one. */
    static Optional<Problem> refusal(String token) {
        return flawOfAccess(token).map(what -> new Problem(ErrorCode.TOKEN_MALFORMED,
                "The access token " + what + " (RFC 6750, section 2.1). " + ErrorCode.TOKEN_MALFORMED.nextStep()));
    }

    /** What is wrong with a refresh token; empty if nothing is. */
    static Optional<String> flawOfRefresh(String token) {
        return flaw(token, VISIBLE);
    }

    private static Optional<String> flaw(String token, Pattern good) {
        if (token.length() > LONGEST) {
            return Optional.of("has " + token.length() + " characters; at most " + LONGEST + " are allowed");
        }
        return good.matcher(token).matches()
                ? Optional.empty()
                : Optional.of("has " + Words.count(token.length(), "character")
                        + (token.isEmpty()
                                ? ""
                                : ", and one of them is " + token.chars()
                                        .filter(each -> !good.matcher(Character.toString(each)).matches()).boxed()
                                        .findFirst().map(TokenSyntax::kind).orElse("an = that is not at its end")));
    }

    private static String kind(int character) {
        return character == '\n' || character == '\r'
                ? "a line break"
                : character == ' '
                        ? "a space"
                        : Character.isISOControl(character)
                                ? "a control character"
                                : character > '~' ? "not of ASCII" : "a character that no token has";
    }
}
