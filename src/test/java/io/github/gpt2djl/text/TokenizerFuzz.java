package io.github.gpt2djl.text;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.io.IOException;
import java.util.Map;

/** A tokenizer.json of odd steps, tokens and merges, all the way through the native tokenizer and back. */
class TokenizerFuzz {
    private static final int SIZE = 280;
    private static final Map<String, String> AS_WRITTEN =
            Map.of("tokenizer_config.json", "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}");
    private static final String[] FLAGS = {"false", "true"};
    private static final String[] NORMALIZERS = {
        "{'type':'BertNormalizer','clean_text':F,'handle_chinese_chars':F,'strip_accents':F,'lowercase':F}",
        "{'type':'NFC'}",
        "{'type':'NFD'}",
        "{'type':'NFKC'}",
        "{'type':'NFKD'}",
        "{'type':'Lowercase'}",
        "{'type':'Strip','strip_left':F,'strip_right':F}",
        "{'type':'StripAccents'}",
        "{'type':'Prepend','prepend':'T'}",
        "{'type':'Replace','pattern':{'String':'T'},'content':'T'}"
    };
    private static final String[] PRE_TOKENIZERS = {
        "{'type':'ByteLevel','add_prefix_space':F,'trim_offsets':F,'use_regex':F}",
        "{'type':'BertPreTokenizer'}",
        "{'type':'Digits','individual_digits':F}",
        "{'type':'Punctuation','behavior':'B'}",
        "{'type':'Whitespace'}",
        "{'type':'WhitespaceSplit'}",
        "{'type':'Split','pattern':{'String':'T'},'behavior':'B','invert':F}"
    };
    private static final String[] BEHAVIORS = {
        "Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"
    };
    private static final String TEXT = " \u0000a\u0301b  AB\u00e9\u4e2d\n\ud83d\udc4d7\u3000x\u202e";

    @FuzzTest(maxDuration = "10s")
    void load(FuzzedDataProvider data) throws IOException {
        TokenizerFiles files =
                new TokenizerFiles("tokenizer.json", tokenizer(data).toString(), null, AS_WRITTEN);
        try (BpeTokenizer tokenizer = BpeTokenizer.load(files, Architecture.GPT2, SIZE)) {
            for (String text : new String[] {TEXT, text(data, 60)}) {
                for (boolean split : new boolean[] {false, true}) {
                    tokenizer.decode(tokenizer.encode(text, split), !split);
                }
            }
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    private static JsonObject tokenizer(FuzzedDataProvider data) {
        boolean words = data.consumeBoolean();
        JsonObject model = new JsonObject();
        JsonObject vocabulary = new JsonObject();
        JsonArray merges = new JsonArray();
        String suffix = words ? "</w>" : "";
        for (int b = data.consumeBoolean() ? 0 : 'a'; b < 256; b++) {
            vocabulary.addProperty(ByteLevel.character(b) + "", vocabulary.size());
        }
        for (int n = data.consumeInt(0, 6); n > 0; n--) {
            String token = data.consumeBoolean() ? text(data, 3) : "<0x" + (data.consumeBoolean() ? "E9" : "C3") + ">";
            vocabulary.addProperty(token + (data.consumeBoolean() ? suffix : ""), vocabulary.size());
        }
        String[] tokens = vocabulary.keySet().toArray(String[]::new);
        for (int n = data.consumeInt(0, 6); n > 0; n--) {
            String first = data.pickValue(tokens);
            String second = data.pickValue(tokens);
            if (!vocabulary.has(first + second)) {
                vocabulary.addProperty(first + second, vocabulary.size());
            }
            JsonArray pair = new JsonArray();
            pair.add(first);
            pair.add(second);
            merges.add(pair);
        }
        for (String flag : new String[] {"fuse_unk", "byte_fallback", "ignore_merges"}) {
            model.addProperty(flag, data.consumeBoolean());
        }
        model.addProperty("unk_token", data.consumeBoolean() ? null : data.pickValue(tokens));
        model.addProperty("end_of_word_suffix", suffix);
        model.add("vocab", vocabulary);
        model.add("merges", merges);
        JsonObject whole = new JsonObject();
        whole.add("decoder", json(words ? "{'type':'BPEDecoder','suffix':'</w>'}" : "{'type':'ByteLevel'}"));
        whole.add("normalizer", steps(data, "normalizers", NORMALIZERS));
        whole.add("pre_tokenizer", steps(data, "pretokenizers", PRE_TOKENIZERS));
        whole.add("added_tokens", added(data, vocabulary));
        whole.add("model", model);
        return whole;
    }

    private static JsonObject steps(FuzzedDataProvider data, String list, String[] kinds) {
        JsonArray steps = new JsonArray();
        for (int n = data.consumeInt(0, 4); n > 0; n--) {
            String step = data.pickValue(kinds);
            while (step.contains("F")) {
                step = step.replaceFirst("F", data.pickValue(FLAGS));
            }
            JsonObject made = json(step.replace("'B'", "'" + data.pickValue(BEHAVIORS) + "'"));
            for (String key : new String[] {"prepend", "content"}) {
                if (made.has(key)) {
                    made.addProperty(key, text(data, 4));
                }
            }
            if (made.has("pattern")) {
                made.getAsJsonObject("pattern").addProperty("String", text(data, 2));
            }
            steps.add(made);
        }
        JsonObject sequence = json("{'type':'Sequence'}");
        sequence.add(list, steps);
        return sequence;
    }

    private static JsonArray added(FuzzedDataProvider data, JsonObject vocabulary) {
        JsonArray added = new JsonArray();
        int free = vocabulary.size();
        for (int n = data.consumeInt(0, 4); n > 0; n--) {
            String content = text(data, 3);
            JsonObject token = new JsonObject();
            token.addProperty("content", content);
            token.addProperty(
                    "id", vocabulary.has(content) ? vocabulary.get(content).getAsInt() : free++);
            for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized", "special"}) {
                token.addProperty(flag, data.consumeBoolean());
            }
            added.add(token);
        }
        return added;
    }

    /** Of the test's text, or anything that is well-formed. */
    private static String text(FuzzedDataProvider data, int most) {
        if (data.consumeBoolean()) {
            int begin = data.consumeInt(0, TEXT.length() - 1);
            String text = TEXT.substring(begin, Math.min(TEXT.length(), begin + data.consumeInt(0, most)));
            return Surrogates.lone(text) < 0 ? text : "\u0301";
        }
        String text = data.consumeString(most);
        return Surrogates.lone(text) < 0 ? text : "\u1e9e";
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text.replace('\'', '"')).getAsJsonObject();
    }
}
