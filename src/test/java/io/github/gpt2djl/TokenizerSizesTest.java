package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.tokenizer.Tokenizer;
import io.github.gpt2djl.training.Corpus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers of more or fewer tokens than the model has rows, and what stands around a text, in a whole model. */
class TokenizerSizesTest {
    /** Of make_tokenizer_references.py: bytes, five merges, {@code <|endoftext|>}. */
    private static final int TOKENS = 262;

    private static final GenerationConfig FEW =
            GenerationConfig.builder().maxNewTokens(3).build();

    @TempDir
    Path folder;

    private Gpt2 load(int rows, String file, String beside) throws IOException {
        write(folder, rows, file, beside);
        return Gpt2.load(folder);
    }

    private static void write(Path folder, int rows, String file, String beside) throws IOException {
        JsonObject reference = JsonParser.parseString(
                        Files.readString(Path.of("src/test/resources/reference/tokenizers.json")))
                .getAsJsonObject();
        JsonArray merges = reference.getAsJsonObject("merges").getAsJsonArray("gpt2");
        new TestCheckpoint(2, 2, 16, 40, rows, true, 1).write(folder);
        Files.writeString(
                folder.resolve("vocab.json"),
                reference.getAsJsonObject("vocabularies").get("gpt2").toString());
        Files.writeString(
                folder.resolve("merges.txt"),
                StreamSupport.stream(merges.spliterator(), false)
                        .map(merge -> merge.getAsString() + "\n")
                        .collect(Collectors.joining()));
        Files.writeString(folder.resolve(file), beside);
    }

    @Test
    void aTokenWithoutARowFailsWhereItIsUsed() throws IOException {
        try (Gpt2 gpt2 = load(TOKENS, "added_tokens.json", "{\"[PAD]\": 262, \"wombat\": 263}")) {
            assertThat(gpt2.generate("the end", FEW).tokens()).hasSize(3);
            assertThat(gpt2.encode("the[PAD]")).containsExactly(257, 262);
            assertThat(gpt2.count(Prompt.of("the[PAD]"))).isEqualTo(2);
            assertThat(gpt2.decode(List.of(257, 262, 263))).isEqualTo("the[PAD]wombat");
            String message =
                    "the text has the token \"[PAD]\" of id 262, but the model's embedding has 262 rows, for the"
                            + " ids 0 to 261; leave it out, or take a model whose embedding was resized for it";
            assertThatThrownBy(() -> gpt2.generate("the[PAD]", FEW))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(message);
            assertThatThrownBy(() -> gpt2.score("the[PAD]")).hasMessage(message);
            assertThatThrownBy(() -> gpt2.rank(Prompt.of("the"), List.of(Prompt.of("[PAD]"))))
                    .hasMessage(message);
            assertThatThrownBy(() -> gpt2.generate(Prompt.ofIds(257, 262), FEW))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("id 262 at index 1 is out of range, expected 0 to 261");
            assertThatThrownBy(() -> gpt2.decode(264))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 0 to 263");
        }
    }

    @Test
    void rowsWithoutATokenSpellNothing() throws IOException {
        try (Gpt2 gpt2 = load(512, "added_tokens.json", "{\"wombat\": 262}")) {
            assertThat(gpt2.decode(List.of(97, 300, 511, 262))).isEqualTo("awombat");
            // The model's own choice may be such a row.
            assertThat(gpt2.generate(Prompt.ofIds(97, 511), FEW).tokens()).hasSize(3);
        }
    }

    @Test
    void theFilesSayWhatStandsAroundAPrompt() throws IOException {
        String both = "{\"add_bos_token\": true, \"add_eos_token\": true, \"bos_token\": \"<|start|>\"}";
        try (Gpt2 gpt2 = load(300, "tokenizer_config.json", both)) {
            assertThat(gpt2.generate("the", FEW).promptIds()).containsExactly(262, 257, 261);
            assertThat(gpt2.generate("", FEW).promptIds()).containsExactly(262, 261);
            assertThat(gpt2.count(Prompt.of(""))).isEqualTo(2);
            assertThat(gpt2.generate(Prompt.ofIds(257), FEW).promptIds()).containsExactly(257);
        }
    }

    @Test
    void nothingStandsAroundThePartsOfATrainingText() throws IOException {
        write(folder, 300, "tokenizer_config.json", "{\"add_bos_token\": true, \"bos_token\": \"<|start|>\"}");
        try (Checkpoint checkpoint = Checkpoint.open(folder);
                Tokenizer tokenizer = Tokenizer.load(
                        checkpoint.tokenizer(), checkpoint.config().architecture(), 300)) {
            Corpus corpus = Corpus.of(new Corpus.Split("the", "a"), 0, tokenizer);
            assertThat(corpus.training()).containsExactly(261, 257);
            assertThat(corpus.validation()).containsExactly(97);
        }
    }
}
