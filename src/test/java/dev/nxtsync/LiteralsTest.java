package dev.nxtsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LiteralsTest {
    @ParameterizedTest
    @MethodSource
    void aTextIsFoundWhereItIsOneAndNowhereElse(String source, List<String> literals) {
        assertThat(Literals.in(source)).isEqualTo(literals);
    }

    static Object[][] aTextIsFoundWhereItIsOneAndNowhereElse() {
        return new Object[][]{{"", List.of()}, {"\"\"", List.of("")}, {"f(\"a\" + \"b\")", List.of("a", "b")},
                {"\"a \\\"b\\\" c\"", List.of("a \"b\" c")}, {"\"a\\\\\" + \"b\"", List.of("a\\", "b")},
                {"// \"a\"\n\"b\"", List.of("b")}, {"/* \"a\"\n * \"b\" */ \"c\"", List.of("c")},
                {"\"http://a\" + \"/* b\"", List.of("http://a", "/* b")},
                {"'\"' + \"a\" + '\\'' + \"b\"", List.of("a", "b")},
                {"\"\"\"\n  a \"b\"\n  c\"\"\" + \"d\"", List.of("  a \"b\"\n  c", "d")},
                {"\"\"\"\n  a\\s\"\"\"", List.of("  a ")}, {"\"\"\"\n  \\\"\"\"a\n  \"\"\"", List.of("  \"\"\"a\n  ")}};
    }
}
