package io.github.gpt2djl.text;

import static org.assertj.core.api.Assertions.assertThat;

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
                "\\A▁",
                " {2,}",
            })
    void runs(String expression) {
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
                "a?b?c?d?e?",
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
}
