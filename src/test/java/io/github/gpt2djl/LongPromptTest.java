package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.testing.ShippedModel;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of megabytes, in the test's one gigabyte of heap. */
@Timeout(120)
class LongPromptTest {
    private static final int LENGTH = 10_000_000;

    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    @ParameterizedTest
    @ValueSource(strings = {"a", " ", "\n", "the cat ", "\u0000", "\u202e", "👍"})
    void aPromptThatCannotFitIsRejectedBeforeItIsEncoded(String unit) {
        String prompt = unit.repeat(LENGTH / unit.length());
        GenerationConfig config = GenerationConfig.builder().maxNewTokens(1).build();
        String message = " has at least \\d+ ids, expected at most 256, the model's context; shorten it";
        assertThatThrownBy(() -> gpt2.generate(prompt, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("the prompt" + message + ", or let contextPolicy slide");
        assertThatThrownBy(() -> gpt2.score(Prompt.of(prompt)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("the text" + message + ", or set stride 128 for example");
        assertThatThrownBy(() -> gpt2.rank(Prompt.of(prompt), List.of(Prompt.of("a"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("the prompt" + message);
        assertThatThrownBy(() -> gpt2.rank(Prompt.of("a"), List.of(Prompt.of("a"), Prompt.of(prompt))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("continuation 2" + message);
    }

    /** Which took DJL's Encoding more than the heap, and so ended the process. */
    @Test
    void tenMegabytesOfSpaces() {
        assertThat(gpt2.encode(" ".repeat(LENGTH))).hasSizeGreaterThan(LENGTH / 100);
    }

    @Test
    void aMegabyteOfAnything() {
        StringBuilder text = new StringBuilder();
        new Random(7)
                .ints(300_000, 1, Character.MAX_CODE_POINT + 1)
                .filter(point -> Character.getType(point) != Character.SURROGATE)
                .forEach(text::appendCodePoint);
        assertThat(gpt2.decode(gpt2.encode(text.toString())).contentEquals(text))
                .isTrue();
    }

    /** A context that slides takes any length. */
    @Test
    void aLongPromptCanSlide() {
        GenerationConfig config = GenerationConfig.builder()
                .maxNewTokens(2)
                .contextPolicy(ContextPolicy.slide(100))
                .build();
        assertThat(gpt2.generate("the cat ".repeat(100_000), config).ids()).hasSize(2);
    }

    @Test
    void aTextInOnePieceHasABound() {
        assertThatThrownBy(() -> gpt2.encode("a".repeat((1 << 24) + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the text has 16777217 characters in one piece, expected at most 16777216; encode it in"
                        + " several");
    }
}
