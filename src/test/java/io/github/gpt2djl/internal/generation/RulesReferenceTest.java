package io.github.gpt2djl.internal.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.internal.sampling.CounterRandom;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenSequence;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** One step of each option against transformers: make_decoding_references.py made the expectations. */
class RulesReferenceTest {
    private static final int VOCABULARY = 101;
    /** transformers computes the softmax in 32 bits. */
    private static final double TOLERANCE = 1e-5;

    @TestFactory
    List<DynamicTest> theScoresAreThoseOfTransformers() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonElement element : rules()) {
            JsonObject row = element.getAsJsonObject();
            String name = row.get("options") + " after " + row.get("ids");
            tests.add(DynamicTest.dynamicTest(name, () -> scores(row)));
        }
        return tests;
    }

    private static void scores(JsonObject row) {
        GenerationConfig config =
                GenerationConfig.parse(row.getAsJsonObject("options").toString());
        int[] ids = ints(row.getAsJsonArray("ids"));
        int promptLength = row.get("prompt_length").getAsInt();
        List<Integer> eosIds = config.isSet(GenerationOption.EOS_TOKEN_ID)
                ? config.get(GenerationOption.EOS_TOKEN_ID)
                : List.of(VOCABULARY - 1);
        SamplingRules rules = SamplingRules.of(config, eosIds, VOCABULARY);
        FloatBuffer logits = FloatBuffer.wrap(floats(row.getAsJsonArray("scores")));
        TokenSequence text = new TokenSequence(
                ids, ids.length, promptLength, promptLength + NewTokens.of(config, promptLength, 1024));
        StepTrace trace = rules.explainer(VOCABULARY).explain(logits, text, 0.5);
        TreeMap<Integer, Double> found = new TreeMap<>();
        for (StepTrace.Candidate token : trace.candidates()) {
            double logProbability = token.after().get(trace.rules().size() - 1);
            if (logProbability > Double.NEGATIVE_INFINITY) {
                found.put(token.id(), logProbability);
            }
        }
        JsonArray expected = row.getAsJsonArray("log_probs");
        for (int id = 0; id < VOCABULARY; id++) {
            assertThat(found.containsKey(id))
                    .as("id %d is kept", id)
                    .isEqualTo(!expected.get(id).isJsonNull());
            if (found.containsKey(id)) {
                assertThat(found.get(id))
                        .as("id %d", id)
                        .isCloseTo(expected.get(id).getAsDouble(), within(TOLERANCE));
            }
        }
        Sampler sampler = rules.sampler();
        for (int step = 0; step < 200; step++) {
            double draw = CounterRandom.uniform(3, 0, step);
            StepTrace one = rules.explainer(3).explain(logits, text, draw);
            assertThat(sampler.sample(logits, text, draw))
                    .isEqualTo(one.chosen().id());
            if (one.draw().isPresent()) {
                assertThat(draw)
                        .isBetween(one.chosen().from() - 1e-6, one.chosen().to() + 1e-6);
            }
        }
    }

    private static JsonArray rules() throws IOException {
        return JsonParser.parseString(Files.readString(Path.of("src/test/resources/reference/decoding.json")))
                .getAsJsonObject()
                .getAsJsonArray("rules");
    }

    private static int[] ints(JsonArray json) {
        return json.asList().stream().mapToInt(JsonElement::getAsInt).toArray();
    }

    private static float[] floats(JsonArray json) {
        float[] all = new float[json.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = json.get(i).getAsFloat();
        }
        return all;
    }
}
