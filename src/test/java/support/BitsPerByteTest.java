package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class BitsPerByteTest {
    /**
     * transformers 5.23 with the shipped model: {@code loss * 13 / math.log(2) / 39}, where loss is that of 14 ids with
     * themselves as labels, and all but the first token have 39 bytes.
     */
    @Test
    void isThatOfTransformers() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            var score = gpt2.score("To be, or not to be: that is the question");
            // The log-probabilities agree to 1e-4.
            assertThat(BitsPerByte.of(gpt2, score)).isCloseTo(1.9156312790476067, within(1e-4));
        }
    }
}
