package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.TraceJson;
import io.github.gpt2djl.sampling.TokenProbability;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a generation as {@code generate --json} prints it, with all that is needed to generate it again. */
final class GenerationJson {
    private GenerationJson() {}

    static Map<String, @Nullable Object> fields(
            Gpt2 gpt2, ModelOptions model, GenerationConfig config, Generation generation, int sequence, double rate) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("model", gpt2.name());
        fields.put("precision", Output.name(gpt2.precision()));
        fields.put("device", gpt2.device().toString());
        fields.put("config", Output.parse(config.toString()));
        fields.put("sequence", sequence);
        fields.put("prompt_ids", generation.promptIds());
        fields.put("ids", generation.ids());
        fields.put("text", generation.text());
        fields.put("finish_reason", reason(generation.finishReason()));
        fields.put("seed", generation.seed().isPresent() ? generation.seed().getAsLong() : null);
        fields.put(
                "logprobs",
                generation.tokens().stream()
                        .map(token -> Output.round(token.logProbability(), 6))
                        .toList());
        if (config.get(GenerationOption.TOP_LOGPROBS) > 0) {
            fields.put(
                    "top_logprobs",
                    generation.tokens().stream()
                            .map(Token::top)
                            .map(top -> tops(gpt2, top))
                            .toList());
        }
        if (generation.score().isPresent()) {
            fields.put("score", Output.round(generation.score().getAsDouble(), 6));
        }
        if (config.get(GenerationOption.TRACE) > 0) {
            fields.put(
                    "trace",
                    generation.tokens().stream()
                            .map(token -> TraceJson.step(gpt2, token))
                            .toList());
        }
        if (generation.drafted() > 0) {
            fields.put("drafted", generation.drafted());
            fields.put("accepted", generation.accepted());
        }
        if (generation.slides() > 0) {
            fields.put("slides", generation.slides());
        }
        fields.put("tokens_per_second", Output.round(rate, 1));
        return fields;
    }

    private static List<Map<String, Object>> tops(Gpt2 gpt2, List<TokenProbability> top) {
        return top.stream().map(token -> top(gpt2, token)).toList();
    }

    private static Map<String, Object> top(Gpt2 gpt2, TokenProbability token) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", token.id());
        if (gpt2.hasTokenizer()) {
            fields.put("token", gpt2.decode(token.id()));
        }
        fields.put("logprob", Output.round(token.logProbability(), 6));
        return fields;
    }

    /** Returns the name of a reason; as in OpenAI's API, a full context counts as a reached length. */
    private static String reason(FinishReason reason) {
        return reason == FinishReason.CONTEXT ? "length" : reason.name().toLowerCase(Locale.ROOT);
    }
}
