package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which regular expressions run without trust. */
class PatternsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "a|b|ab",
                "[\\r\\n]",
                "\\s?\\p{L}+",
                "\\s?\\p{^L}*|x",
                "Ġ?[^Ġ]+|Ġ+",
                "[^aeiou]+",
                "[a*b+c?{]",
                "[\\x{0}-\\x{1F}]+",
                "(?:a|b)c",
                "<\\|user\\|>|\\+\\?",
                "a?b?c?d?",
                "(?:a|b|c|d|e|f|g|h)x|(k|l)m",
                "\\A▁",
                " {2,}",
            })
    void expressionsThatEndAreTaken(String expression) {
        assertThat(Patterns.ends(expression)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a+)+$",
                "(a|a)*b",
                "a+b",
                "a*a*",
                "a{1,1000}",
                "(?:a+)",
                "(?=a)",
                "(?i:a)",
                "(a)\\1",
                "\\g<0>",
                "a+?",
                "a++",
                "a?b?c?d?e?f?g?h?i?",
                "[[a]b]",
                "[a&&b]",
                "[]a]",
                "[a",
                "a\\",
                "\\p",
                "\\p{L",
                "\\x41",
                "\\X",
                "?",
                "|+",
                "\\é",
            })
    void needsTrust(String expression) {
        assertThat(Patterns.ends(expression)).isFalse();
    }

    /** The first ends the process with 30 letters, the others take minutes for a long text. */
    @Test
    void waysThatMultiplyNeedTrust() {
        String word = "a".repeat(2_000);
        for (String expression : new String[] {
            "(a|a)".repeat(30) + "b", "((a|a)(a|a))".repeat(15) + "b", "a?a?" + word + "b", "ab|".repeat(2_000) + "b"
        }) {
            assertThat(Patterns.ends(expression)).isFalse();
        }
        assertThat(Patterns.ends("a?" + word)).isTrue();
        assertThat(Patterns.ends("ab|".repeat(1_300) + "b")).isTrue();
    }

    /** Oniguruma overflows its stack at some 2,000, and at fewer on a thread with a small one. */
    @Test
    void groupsWithinGroupsNeedTrust() {
        assertThat(Patterns.ends("(".repeat(33) + "a" + ")".repeat(33))).isFalse();
        assertThat(Patterns.ends("(".repeat(32) + "a" + ")".repeat(32))).isTrue();
    }
}
