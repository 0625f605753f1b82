package io.github.gpt2djl.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import java.io.IOException;

/** Whatever the text: what is learned from it loads, and spells it. */
class BpeTrainerFuzz {
    @FuzzTest(maxDuration = "5s")
    void train(FuzzedDataProvider data) throws IOException {
        int size = data.consumeInt(250, 300);
        String text = data.consumeRemainingAsString();
        String json;
        try {
            json = BpeTrainer.train(text + text, size);
        } catch (IllegalArgumentException e) {
            // Documented.
            return;
        }
        var files = new TokenizerFiles("tokenizer.json", json, null);
        try (Tokenizer tokenizer = Tokenizer.load(files, Architecture.GPT2, size)) {
            assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
        }
    }
}
