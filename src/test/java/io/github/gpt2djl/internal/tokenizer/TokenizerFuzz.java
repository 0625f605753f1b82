package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;

/** A tokenizer.json of odd steps, tokens and models, all the way through the native tokenizer and back. */
class TokenizerFuzz {
    private static final int SIZE = 280;
    private static final int LONG = 2_000;

    @FuzzTest(maxDuration = "10s")
    void load(FuzzedDataProvider data) throws IOException {
        Map<String, String> beside = Map.of(
                "tokenizer_config.json",
                "{\"tokenizer_class\":\"PreTrainedTokenizerFast\",\"clean_up_tokenization_spaces\":"
                        + data.consumeBoolean() + "}");
        TokenizerFiles files =
                new TokenizerFiles("tokenizer.json", tokenizer(data).toString(), null, beside);
        try (Tokenizer tokenizer = Tokenizer.load(files, Architecture.GPT2, SIZE)) {
            String text = FuzzedText.of(data, 60);
            String longer = FuzzedText.of(data, 4).repeat(LONG / 8) + text + FuzzedText.SAMPLE;
            // Each of them would take most of the time.
            longer = data.consumeInt(0, 7) == 0 ? longer : "";
            for (String one : new String[] {FuzzedText.SAMPLE, text, longer}) {
                for (boolean split : new boolean[] {false, true}) {
                    encode(tokenizer, one, split);
                }
            }
            int[] ids = data.consumeInts(8);
            decode(
                    tokenizer,
                    Arrays.stream(ids).map(id -> Math.floorMod(id, SIZE)).toArray());
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    private static void encode(Tokenizer tokenizer, String text, boolean split) {
        int[] ids;
        try {
            ids = tokenizer.encode(text, split);
        } catch (IllegalArgumentException e) {
            // Documented, for a word that cannot be spelled.
            return;
        }
        decode(tokenizer, ids);
    }

    private static void decode(Tokenizer tokenizer, int[] ids) {
        for (boolean skip : new boolean[] {false, true}) {
            String text = tokenizer.decode(ids, skip);
            StreamedText.check(tokenizer, ids, 0, skip, text);
            for (int from : new int[] {1, ids.length / 2, ids.length - 1}) {
                if (from > 0 && ids.length < 100) {
                    String prompt = tokenizer.decode(Arrays.copyOf(ids, from), skip);
                    if (text.startsWith(prompt)) {
                        StreamedText.check(tokenizer, ids, from, skip, text.substring(prompt.length()));
                    }
                }
            }
        }
        for (int id : ids) {
            tokenizer.bytes(id);
        }
    }

    private static JsonObject tokenizer(FuzzedDataProvider data) {
        JsonObject whole = new JsonObject();
        JsonObject model = FuzzedModel.of(data);
        if (data.consumeBoolean()) {
            whole.add("decoder", FuzzedSteps.decoder(data));
        }
        whole.add("normalizer", FuzzedSteps.normalizer(data));
        whole.add("pre_tokenizer", FuzzedSteps.preTokenizer(data));
        whole.add("added_tokens", added(data, model.get("vocab")));
        whole.add("model", model);
        return whole;
    }

    private static JsonArray added(FuzzedDataProvider data, JsonElement vocabulary) {
        JsonObject ids = vocabulary instanceof JsonObject object ? object : new JsonObject();
        int free = vocabulary instanceof JsonArray pieces ? pieces.size() : ids.size();
        JsonArray added = new JsonArray();
        for (int n = data.consumeInt(0, 4); n > 0; n--) {
            String content = FuzzedText.of(data, 3);
            int id = ids.has(content) ? ids.get(content).getAsInt() : free++;
            if (vocabulary instanceof JsonArray pieces) {
                for (int i = 0; i < pieces.size(); i++) {
                    if (pieces.get(i).getAsJsonArray().get(0).getAsString().equals(content)) {
                        id = i;
                    }
                }
            }
            JsonObject token = new JsonObject();
            token.addProperty("content", content);
            token.addProperty("id", id);
            for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
                token.addProperty(flag, data.consumeBoolean());
            }
            added.add(token);
        }
        return added;
    }
}
