package io.github.gpt2djl;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;

/** A generation_config.json, and the texts of options: what is taken can be written and read again. */
class OptionsFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void read(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            same(GenerationConfig.parse(text));
        } catch (IllegalArgumentException e) {
            // Documented.
        }
        GenerationConfigBuilder builder = GenerationConfig.builder();
        for (String line : text.split("\n", 40)) {
            int equals = line.indexOf('=');
            GenerationOption<?> option = equals < 0 ? null : GenerationOption.find(line.substring(0, equals));
            if (option != null) {
                try {
                    builder.parse(option, line.substring(equals + 1));
                } catch (IllegalArgumentException e) {
                    // Documented.
                }
            }
        }
        try {
            same(builder.build());
        } catch (IllegalArgumentException e) {
            // Documented: options that exclude each other.
        }
    }

    private static void same(GenerationConfig config) {
        GenerationConfig again;
        try {
            again = GenerationConfig.parse(config.toString());
        } catch (IllegalArgumentException e) {
            throw new AssertionError(config + " cannot be read again", e);
        }
        if (!again.equals(config)) {
            throw new AssertionError(config + " is read as " + again);
        }
    }

    static List<byte[]> seeds() {
        return List.of(
                utf8(
                        "{\"do_sample\":true,\"temperature\":0.8,\"top_k\":40,\"top_p\":0.9,\"min_p\":0.1,\"typical_p\":0.9,"
                                + "\"repetition_penalty\":1.2,\"no_repeat_ngram_size\":2,\"eos_token_id\":[1,2],\"stop_strings\":\"x\","
                                + "\"sequence_bias\":[[[1,2],-0.5]],\"bad_words_ids\":[[1],[2,3]],\"context_policy\":\"slide:5\","
                                + "\"seed\":1,\"max_length\":50,\"transformers_version\":\"5\"}"),
                utf8("{\"num_beams\":4,\"early_stopping\":\"never\",\"length_penalty\":0.6,\"num_return_sequences\":2,"
                        + "\"temperature\":1.0,\"sequence_bias\":{\"1\":2.0},\"preset\":\"openai\"}"),
                utf8("do_sample=true\ntop_p=0.9\ntop_k=5\neos_token_id=1,2\nsequence_bias=318=-5;464,3290=2\n"
                        + "bad_words_ids=1;2,3\ncontext_policy=slide:7\nmax_new_tokens=5\nseed=3\nstop_strings=.\n"),
                utf8("num_beams=3\nearly_stopping=never\nlength_penalty=-1e300\nmin_length=3\nforced_eos_token_id=1\n"),
                utf8("penalty_alpha=0.6\ntop_k=4\npreset=openai\ntrace=3\ntop_logprobs=2\npresence_penalty=0x1p3\n"));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
