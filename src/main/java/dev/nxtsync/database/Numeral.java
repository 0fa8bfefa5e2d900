package dev.nxtsync.database;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * A decimal number as a text has it, taken apart by its characters. This is the one place where text that came from outside
 * becomes a number: {@code 1e200000000} is eleven characters, and as many digits as it says for whoever calculates with it.
 * Texts are compared, and numbers of any size told apart, without arithmetic; what leaves here as a number has no more than
 * {@link #MOST_DIGITS} digits. Immutable.
 */
public final class Numeral {
    /** That may enter arithmetic, those behind the point and those that an exponent stands for included. */
    public static final int MOST_DIGITS = 200;
    /** In characters; PostgreSQL's {@code numeric} has at most 131,072 digits before and 16,383 behind the point. */
    private static final int LONGEST = 150_000;
    private static final int MOST_DIGITS_OF_EXPONENT = 9;
    /** Of a {@code long}. */
    private static final int MOST_DIGITS_OF_LONG = 19;

    private final boolean negative;
    /** Without zeros at either end; empty for 0. */
    private final String digits;
    /** Of ten, by whose power the digits are multiplied. */
    private final int exponent;
    private final int scale;

    private Numeral(boolean negative, String digits, int exponent, int scale) {
        this.negative = negative;
        this.digits = digits;
        this.exponent = exponent;
        this.scale = scale;
    }

    /** Empty if the text is no decimal number, or longer than any that PostgreSQL holds. */
    public static Optional<Numeral> of(String text) {
        int end = text.length();
        if (end == 0 || end > LONGEST) {
            return Optional.empty();
        }
        var all = new StringBuilder(end);
        int behind = -1;
        int at = isSign(text.charAt(0)) ? 1 : 0;
        for (; at < end; at++) {
            char c = text.charAt(at);
            if (isDigit(c)) {
                all.append(c);
            } else if (c == '.' && behind < 0) {
                behind = all.length();
            } else {
                break;
            }
        }
        var power = at == end ? Optional.of(0) : power(text, at);
        if (all.isEmpty() || power.isEmpty()) {
            return Optional.empty();
        }
        int scale = (behind < 0 ? 0 : all.length() - behind) - power.get();
        int from = 0;
        int to = all.length();
        while (from < to && all.charAt(from) == '0') {
            from++;
        }
        while (to > from && all.charAt(to - 1) == '0') {
            to--;
        }
        return Optional.of(new Numeral(to > from && text.charAt(0) == '-', all.substring(from, to),
                to > from ? all.length() - to - scale : 0, Math.max(0, scale)));
    }

    /** What follows the digits, if that is an exponent. */
    private static Optional<Integer> power(String text, int from) {
        int at = from + 1;
        if ((text.charAt(from) | 0x20) != 'e' || at == text.length()) {
            return Optional.empty();
        }
        boolean less = text.charAt(at) == '-';
        at += isSign(text.charAt(at)) ? 1 : 0;
        int count = 0;
        int value = 0;
        boolean any = false;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            any = true;
            count += count > 0 || c != '0' ? 1 : 0;
            if (!isDigit(c) || count > MOST_DIGITS_OF_EXPONENT) {
                return Optional.empty();
            }
            value = value * 10 + c - '0';
        }
        return any ? Optional.of(less ? -value : value) : Optional.empty();
    }

    public boolean isZero() { return digits.isEmpty(); }

    /** Whether it has no fraction other than zeros. */
    public boolean isWhole() { return exponent >= 0; }

    /** How many digits stand before the point, without zeros in front. */
    public long integerDigits() {
        return Math.max(0, (long) digits.length() + exponent);
    }

    /** How many digits stand behind the point as it is written, zeros at the end included. */
    public int scale() {
        return scale;
    }

    /** As a {@code long}; empty if it is not whole, or beyond that. */
    public Optional<Long> whole() {
        if (!isWhole() || integerDigits() > MOST_DIGITS_OF_LONG) {
            return Optional.empty();
        }
        try {
            return Optional.of(Long.valueOf(canonical()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** As a number to calculate with, and with the digits behind the point that are written; empty if there would be too many. */
    public Optional<BigDecimal> value() {
        return integerDigits() + scale > MOST_DIGITS
                ? Optional.empty()
                : Optional.of(new BigDecimal(canonical()).setScale(scale));
    }

    /** The same text for all numerals of one number: without an exponent, as long as that is short. */
    public String canonical() {
        if (digits.isEmpty()) {
            return "0";
        }
        String sign = negative ? "-" : "";
        int point = digits.length() + exponent;
        if (Math.max(point, digits.length()) - Math.min(0, point) > MOST_DIGITS) {
            return sign + digits + "e" + exponent;
        }
        if (point <= 0) {
            return sign + "0." + "0".repeat(-point) + digits;
        }
        return sign + (exponent >= 0
                ? digits + "0".repeat(exponent)
                : digits.substring(0, point) + "." + digits.substring(point));
    }

    /** All digits without an exponent, with as many behind the point as are written: as many as an exponent stands for. */
    public String plain() {
        int point = digits.length() + exponent;
        String whole = point <= 0 || digits.isEmpty()
                ? "0"
                : point <= digits.length() ? digits.substring(0, point) : digits + "0".repeat(exponent);
        String fraction = digits.isEmpty()
                ? ""
                : point <= 0 ? "0".repeat(-point) + digits : digits.substring(Math.min(point, digits.length()));
        return (negative ? "-" : "") + whole
                + (scale == 0 ? "" : "." + fraction + "0".repeat(scale - fraction.length()));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isSign(char c) {
        return c == '-' || c == '+';
    }

    @Override
    public String toString() {
        return canonical();
    }
}
