package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumeralTest {
    private static final int TEXTS = 100_000;
    /** As large as arithmetic may get in this test, so that the comparison itself is no bomb. */
    private static final int BOUNDED = 500;

    @Test
    void hostileNumbersAreWhatBigDecimalTakesThemForAndNoneBringsMoreThan200DigitsIntoArithmetic() {
        var random = new Random(21);
        long most = 0;
        int compared = 0;
        int kept = 0;
        for (int i = 0; i < TEXTS; i++) {
            var hostile = Hostile.next(random);
            Optional<Numeral> numeral = Numeral.of(hostile.text());
            Optional<BigDecimal> value = numeral.flatMap(Numeral::value);
            if (value.isPresent()) {
                most = Math.max(most, value.get().unscaledValue().abs().toString().length());
                most = Math.max(most,
                        value.get().toPlainString().replaceAll("\\D", "").replaceFirst("^0", "").length());
                kept++;
            }
            assertThat(numeral.flatMap(Numeral::whole).map(String::valueOf).orElse("").length()).isLessThan(21);
            if (hostile.size() <= BOUNDED) {
                compared++;
                same(hostile.text(), numeral, value);
            }
        }
        assertThat(most).isBetween(150L, (long) Numeral.MOST_DIGITS);
        assertThat(compared).isGreaterThan(TEXTS / 3);
        assertThat(kept).isGreaterThan(TEXTS / 4).isLessThan(TEXTS * 3 / 4);
    }

    private static void same(String text, Optional<Numeral> numeral, Optional<BigDecimal> value) {
        BigDecimal expected;
        try {
            expected = new BigDecimal(text);
        } catch (NumberFormatException e) {
            assertThat(numeral).as(text).isEmpty();
            return;
        }
        assertThat(numeral).as(text).isPresent();
        var found = numeral.get();
        var stripped = expected.stripTrailingZeros();
        assertThat(found.isZero()).as(text).isEqualTo(expected.signum() == 0);
        assertThat(found.isWhole()).as(text).isEqualTo(stripped.scale() <= 0);
        assertThat(found.scale()).as(text).isEqualTo(Math.max(0, expected.scale()));
        assertThat(found.integerDigits()).as(text)
                .isEqualTo(expected.signum() == 0 ? 0 : Math.max(0, stripped.precision() - stripped.scale()));
        assertThat(found.whole()).as(text).isEqualTo(exact(stripped));
        if (value.isPresent()) {
            assertThat(value.get()).as(text).isEqualByComparingTo(expected);
            assertThat(value.get().scale()).as("zeros at the end stay").isEqualTo(found.scale());
        } else {
            assertThat(found.integerDigits() + found.scale()).as(text).isGreaterThan(Numeral.MOST_DIGITS);
        }
        // the same number in another spelling, and the next one
        assertThat(found.canonical()).as(text).isEqualTo(Numeral.of(stripped.toString()).orElseThrow().canonical())
                .isEqualTo(Numeral.of(expected.toEngineeringString()).orElseThrow().canonical())
                .isNotEqualTo(Numeral.of(expected.add(expected.ulp()).toString()).orElseThrow().canonical());
    }

    private static Optional<Long> exact(BigDecimal number) {
        try {
            return Optional.of(number.longValueExact());
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @CsvSource({"1.50, 1.5", "100, 100", "1e2, 100", "-0.00, 0", "-12.30E+1, -123", "0.001, 0.001",
            "1e200000000, 1e200000000", "10e199999999, 1e200000000", "-1.0E-200000000, -1e-200000000", "0e99999999, 0"})
    void numbersThatAreEqualHaveOneText(String text, String canonical) {
        assertThat(Numeral.of(text).orElseThrow().canonical()).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", ".", "e5", "1e", "1e+", "1..2", "1.2.3", "0x10", "1_000", " 1", "1 ", "NaN",
            "Infinity", "1e1.5", "1e9999999999", "\u0661\u0662", "1\u0000", "--1", "1f"})
    void whatIsNoDecimalNumberIsNone(String text) {
        assertThat(Numeral.of(text)).isEmpty();
    }

    @Test
    void aTextThatIsLongerThanAnyNumberOfPostgresIsNone() {
        assertThat(Numeral.of("1".repeat(150_000))).isPresent();
        assertThat(Numeral.of("1".repeat(15_000_000))).isEmpty();
    }
}
