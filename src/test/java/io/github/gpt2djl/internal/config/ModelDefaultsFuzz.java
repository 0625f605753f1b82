package io.github.gpt2djl.internal.config;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.provider.MethodSource;

/** A model's generation_config.json under what users ask for: the config that comes out has nothing more to take. */
class ModelDefaultsFuzz {
    private static final ModelConfig MODEL = ModelConfig.gpt2(1, 1, 8, 16, 300);

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        ModelDefaults defaults;
        try {
            defaults = ModelDefaults.read("model", Map.of(Checkpoint.GENERATION_CONFIG, text), MODEL);
        } catch (MalformedCheckpointException e) {
            return; // Documented.
        }
        for (GenerationConfigBuilder asked : List.of(
                GenerationConfig.builder(),
                GenerationConfig.builder().doSample(true).temperature(0.5),
                GenerationConfig.builder().doSample(false).maxLength(9),
                GenerationConfig.builder().numBeams(2).minNewTokens(3))) {
            try {
                GenerationConfig whole = ConfigMerge.merge(asked, defaults);
                if (!ConfigMerge.merge(whole.toBuilder(), defaults).equals(whole)) {
                    throw new AssertionError(asked + " over " + defaults + " changes again");
                }
                if (!GenerationConfig.parse(whole.toString()).equals(whole)) {
                    throw new AssertionError(whole + " is read as another");
                }
            } catch (IllegalArgumentException e) {
                // Documented.
            }
        }
    }

    static List<byte[]> seeds() {
        return List.of(
                utf8(
                        "{\"bos_token_id\":258,\"eos_token_id\":[258,10],\"do_sample\":true,\"temperature\":0.7,\"top_k\":5,"
                                + "\"top_p\":0.9,\"max_length\":20,\"repetition_penalty\":1.2,\"_from_model_config\":true}"),
                utf8("{\"num_beams\":4,\"length_penalty\":2.0,\"early_stopping\":\"never\",\"max_new_tokens\":9.0,"
                        + "\"min_length\":30,\"suppress_tokens\":[1,9999],\"stop_strings\":[\"x\"]}"),
                utf8("{\"penalty_alpha\":0.6,\"guidance_scale\":1.5,\"num_beam_groups\":2,\"top_h\":0.4,"
                        + "\"bad_words_ids\":[[1]],\"sequence_bias\":[[[1],-1.0]],\"forced_eos_token_id\":3}"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
