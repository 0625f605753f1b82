package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tokenizers of GPT and OPT against transformers', which make_references.py asked with small vocabularies. */
class RelativesTokenizerTest {
    private static final Path REFERENCE = Path.of("src/test/resources/reference");

    private record Row(String text, int[] ids, String decoded, String visible) {}

    @ParameterizedTest
    @CsvSource({
        "gpt1-f32, tokenizer.json, GPT",
        "gpt1-f32, vocab.json, GPT",
        "opt-f16, vocab.json, OPT",
        "opt-no-bias-f16, vocab.json, OPT",
        "gpt-neo-f32, tokenizer.json, GPT_NEO",
        "gpt-neo-f32, vocab.json, GPT_NEO"
    })
    void sameIdsAndTextAsTransformers(String folder, String file, Architecture architecture) throws IOException {
        Row[] rows = new Gson().fromJson(Files.readString(REFERENCE.resolve(folder + "/tokens.json")), Row[].class);
        assertThat(rows).hasSizeGreaterThan(5);
        boolean opt = architecture == Architecture.OPT;
        try (Tokenizer tokenizer =
                Tokenizer.load(files(folder, file), architecture, architecture == Architecture.GPT ? 100 : 320)) {
            for (Row row : rows) {
                // The reference leaves out what is put in front; ids[0] of the published example is 2, too.
                int[] expected = opt
                        ? IntStream.concat(IntStream.of(2), IntStream.of(row.ids()))
                                .toArray()
                        : row.ids();
                assertThat(tokenizer.encode(row.text(), false)).as(row.text()).containsExactly(expected);
                assertThat(tokenizer.decode(row.ids(), false)).isEqualTo(row.decoded());
                assertThat(tokenizer.decode(row.ids(), true)).isEqualTo(row.visible());
            }
        }
    }

    @Test
    void aSpacePartsTheFirstGptsContinuationFromItsPrompt() throws IOException {
        try (Tokenizer tokenizer = Tokenizer.load(files("gpt1-f32", "tokenizer.json"), Architecture.GPT, 100)) {
            int[] prompt = tokenizer.encode("the cat", false);
            int sat = tokenizer.encode("sat", false)[0];
            assertThat(tokenizer.detokenizer(true, prompt).add(sat, true)).isEqualTo(" sat");
            assertThat(tokenizer.detokenizer(true).add(sat, true)).isEqualTo("sat");
        }
    }

    @Test
    void optNeedsItsFirstToken() {
        TokenizerFiles files = new TokenizerFiles("vocab.json", "{\"a\": 0}", "");
        assertThatThrownBy(() -> Tokenizer.load(files, Architecture.OPT, 1))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("no </s>");
    }

    @Test
    void optsFirstTokenMayHaveTheFirstId() throws IOException {
        TokenizerFiles files = new TokenizerFiles("vocab.json", "{\"</s>\": 0, \"a\": 1}", "\n#version: 0.2\n\n");
        try (Tokenizer tokenizer = Tokenizer.load(files, Architecture.OPT, 2)) {
            assertThat(tokenizer.encode("a", false)).containsExactly(0, 1);
            assertThat(tokenizer.encode("a", false, false)).containsExactly(1);
        }
    }

    private static TokenizerFiles files(String folder, String file) throws IOException {
        Path path = REFERENCE.resolve(folder).resolve(file);
        String merges = file.equals("vocab.json") ? Files.readString(path.resolveSibling("merges.txt")) : null;
        return new TokenizerFiles(path.toString(), Files.readString(path), merges);
    }
}
