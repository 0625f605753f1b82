package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.gpt2djl.ContextPolicy;
import io.github.gpt2djl.EarlyStopping;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Preset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigFileTest {
    @TempDir
    Path folder;

    @Test
    void everyOptionComesBack() throws IOException {
        GenerationConfig config = GenerationConfig.builder()
                .doSample(true)
                .temperature(0.7)
                .topK(40)
                .topP(0.95)
                .minP(0.01)
                .typicalP(0.9)
                .epsilonCutoff(3e-4)
                .etaCutoff(1e-3)
                .maxLength(90)
                .minLength(9)
                .minNewTokens(3)
                .eosTokenId(2, 5)
                .stopStrings("###", "\n\n")
                .contextPolicy(ContextPolicy.slide(20))
                .seed(Long.MAX_VALUE)
                .numReturnSequences(3)
                .repetitionPenalty(1.2)
                .presencePenalty(0.5)
                .frequencyPenalty(-0.5)
                .noRepeatNgramSize(3)
                .sequenceBias(Map.of(List.of(1, 2), -3.5, List.of(7), 2.0))
                .badWordsIds(List.of(List.of(4), List.of(5, 6)))
                .suppressTokens(8, 9)
                .beginSuppressTokens(10)
                .forcedBosTokenId(11)
                .forcedEosTokenId(12, 13)
                .topLogprobs(4)
                .trace(5)
                .build();
        Path file = folder.resolve("generation_config.json");
        config.save(file);
        assertThat(GenerationConfig.load(file)).isEqualTo(config).hasToString(config.toString());
        assertThat(config.toString()).contains("\"context_policy\":\"slide:20\"");
        assertThat(folder.toFile().list()).containsExactly("generation_config.json");
        // As readable as any other file that this process writes.
        assertThat(Files.getPosixFilePermissions(file))
                .isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("other"))));
        Files.delete(folder.resolve("other"));
        GenerationConfig beams = GenerationConfig.builder()
                .numBeams(4)
                .lengthPenalty(0.8)
                .earlyStopping(EarlyStopping.NEVER)
                .numReturnSequences(2)
                .build();
        beams.save(file);
        assertThat(GenerationConfig.load(file)).isEqualTo(beams);
        GenerationConfig openAi =
                GenerationConfig.builder().preset(Preset.OPENAI).topK(40).build();
        openAi.save(file);
        assertThat(GenerationConfig.load(file)).isEqualTo(openAi);
    }

    /** gpt2's own file, and what transformers 5 writes for a longer one. */
    @Test
    void filesOfTransformersAreRead() throws IOException {
        assertThat(load("{\"_from_model_config\": true, \"bos_token_id\": 50256, \"eos_token_id\": 50256,"
                        + " \"transformers_version\": \"4.26.0.dev0\"}"))
                .isEqualTo(GenerationConfig.builder().eosTokenId(50256).build());
        GenerationConfig config = load("{\"do_sample\": true, \"max_new_tokens\": 30, \"temperature\": 0.6,"
                + " \"top_k\": 50, \"top_p\": 0.9, \"num_beams\": 1, \"length_penalty\": 1.0, \"min_length\": 0,"
                + " \"bad_words_ids\": null, \"pad_token_id\": 0, \"sequence_bias\": [[[3, 4], -1.5]],"
                + " \"eos_token_id\": [1, 2], \"early_stopping\": false, \"transformers_version\": \"5.23.0\"}");
        assertThat(config)
                .isEqualTo(GenerationConfig.builder()
                        .doSample(true)
                        .maxNewTokens(30)
                        .minLength(0)
                        .numBeams(1)
                        .temperature(0.6)
                        .topK(50)
                        .topP(0.9)
                        .sequenceBias(Map.of(List.of(3, 4), -1.5))
                        .eosTokenId(1, 2)
                        .build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"top_p\": 2} | top_p | 2.0 | 0 to 1",
                "{\"top_p\": \"x\"} | top_p | \"x\" | a number 0 to 1",
                "{\"max_length\": 2.5} | max_length | 2.5 | a whole number at least 1",
                "{\"early_stopping\": \"maybe\", \"num_beams\": 2} | early_stopping | \"maybe\" | true, false or never",
                "{\"sequence_bias\": [[[1]]]} | sequence_bias | [[[1]]] | biases like",
                "{\"eos_token_id\": [1, \"a\"]} | eos_token_id | [1,\"a\"] | ids",
                "{\"context_policy\": \"slide:0\"} | context_policy | slide:0 | at least 1 id",
                "{\"num_beam_groups\": 2} | num_beam_groups | 2 | ''",
                "{\"topP\": 0.5} | topP | 0.5 | ''",
                "{\"temperature\": 0.5} | temperature | 0.5 | ''",
            })
    void wrongFilesSayWhy(String json, String key, String found, String expected) {
        IOException failure = catchThrowableOfType(IOException.class, () -> load(json));
        InvalidOptionException invalid = (InvalidOptionException) failure.getCause();
        assertThat(invalid.option().key()).isEqualTo(key);
        assertThat(invalid.found()).hasToString(found);
        assertThat(invalid.expected()).contains(expected);
        // A file has transformers' names.
        assertThat(failure).hasMessageEndingWith("generation_config.json: " + invalid.message(OptionNaming.KEYS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{\"top_p\":"})
    void aFileIsAnObject(String json) {
        assertThatThrownBy(() -> load(json))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith(
                        "generation_config.json: found no JSON object, expected a generation_config.json");
    }

    /** OpenAI's preset draws from all tokens, so that 50 is no usual value there. */
    @Test
    void whatIsUsualElsewhereIsKeptUnderOpenAisPreset() {
        GenerationConfig config =
                GenerationConfig.builder().preset(Preset.OPENAI).topK(50).build();
        assertThat(GenerationConfig.parse(config.toString()).get(TOP_K)).isEqualTo(50);
    }

    @Test
    void aFileThatIsNotUtf8IsRejected() throws IOException {
        Path file = Files.write(folder.resolve("latin1.json"), new byte[] {'{', (byte) 0xe9, '}'});
        assertThatThrownBy(() -> GenerationConfig.load(file))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": not UTF-8, expected a generation_config.json");
    }

    @Test
    void codeCannotBeSaved() {
        GenerationConfig config =
                GenerationConfig.builder().logitsProcessor((scores, text) -> {}).build();
        assertThatThrownBy(() -> config.save(folder.resolve("x.json")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("found 1 logits processors");
        assertThat(folder.toFile().list()).isEmpty();
    }

    @Test
    void everyOptionHasAKeyAndAText() {
        assertThat(GenerationOption.all()).hasSizeGreaterThan(30).allSatisfy(option -> {
            assertThat(GenerationOption.find(option.key())).isSameAs(option);
            assertThat(option.key()).matches("[a-z_]+");
            assertThat(option.description()).endsWith(".");
        });
        assertThat(TOP_P.key()).isEqualTo("top_p");
    }

    private GenerationConfig load(String json) throws IOException {
        return GenerationConfig.load(Files.writeString(folder.resolve("generation_config.json"), json));
    }
}
