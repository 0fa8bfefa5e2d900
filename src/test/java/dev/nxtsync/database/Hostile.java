package dev.nxtsync.database;

import java.util.Random;

/**
 * A text that claims to be a number, with an exponent or a length that makes it large.
 *
 * @param size how many digits it would have if it were written without an exponent, at most
 */
public record Hostile(String text, long size) {
    private static final int[] LENGTHS = {1, 3, 9, 20, 60, 150, 210, 400, 3_000};
    private static final long[] EXPONENTS = {0, 1, 18, 40, 190, 201, 450, 20_000, 131_072, 200_000_000, 999_999_999,
            2_147_483_648L, 99_999_999_999L};

    public static Hostile next(Random random) {
        var text = new StringBuilder();
        if (random.nextInt(4) == 0) {
            text.append(random.nextInt(3) == 0 ? '+' : '-');
        }
        int length = 1 + random.nextInt(LENGTHS[random.nextInt(random.nextInt(8) == 0 ? LENGTHS.length : 6)]);
        int point = random.nextInt(3) == 0 ? random.nextInt(length + 1) : -1;
        boolean zeros = random.nextInt(6) == 0;
        for (int i = 0; i < length; i++) {
            if (i == point) {
                text.append('.');
            }
            boolean edge = i < length / 3 || i > length * 2 / 3;
            text.append((char) ('0' + (zeros && edge ? 0 : random.nextInt(10))));
        }
        if (point == length) {
            text.append('.');
        }
        long exponent = 0;
        if (random.nextInt(2) == 0) {
            exponent = (long) (EXPONENTS[random.nextInt(EXPONENTS.length)] * random.nextDouble());
            text.append(random.nextBoolean() ? 'e' : 'E')
                    .append(random.nextBoolean() ? "-" : random.nextBoolean() ? "+" : "")
                    .append("0".repeat(random.nextInt(10) == 0 ? 20 : 0)).append(exponent);
        }
        if (random.nextInt(20) == 0) {
            text.setCharAt(random.nextInt(text.length()), "e.-+x \u0663_".charAt(random.nextInt(8)));
            // what an exponent is then, nobody knows
            exponent = text.toString().chars().anyMatch(c -> c == 'e' || c == 'E' || c > 127)
                    ? Long.MAX_VALUE / 2
                    : exponent;
        }
        return new Hostile(text.toString(), length + exponent);
    }
}
