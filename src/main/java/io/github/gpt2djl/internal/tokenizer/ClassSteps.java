package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;

/**
 * Makes a tokenizer.json from the parts that a class of transformers takes from the files, with the class's own steps.
 *
 * @param rules the class
 * @param config tokenizer_config.json
 * @param taken the vocabulary
 * @param special the tokens that the files name
 */
record ClassSteps(TokenizerClass rules, StrictJson config, Taken taken, SpecialTokens special) {

    private static final String QWEN2 = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    /** Makes the whole file except added tokens and post-processor. */
    JsonObject compose() throws MalformedCheckpointException {
        JsonObject whole = new JsonObject();
        whole.add("normalizer", normalizer());
        whole.add("pre_tokenizer", preTokenizer());
        whole.add("decoder", decoder());
        whole.add("model", new ClassModel(rules, config, taken, special).compose());
        return whole;
    }

    private JsonElement normalizer() throws MalformedCheckpointException {
        return switch (rules) {
            case GPT2, ROBERTA, LLAMA -> JsonNull.INSTANCE;
            case GPT -> bert(true, true, JsonNull.INSTANCE);
            case BERT ->
                bert(
                        flag("tokenize_chinese_chars", true),
                        flag("do_lower_case", true),
                        config.find("strip_accents") == null
                                ? JsonNull.INSTANCE
                                : new JsonPrimitive(config.flag("strip_accents")));
            case GPT_NEOX, QWEN2 -> Steps.step("NFC");
            case GEMMA -> Steps.replace(" ", "▁");
            case ALBERT -> withoutAccents(flag("keep_accents", false), flag("do_lower_case", true));
            case XLNET -> withoutAccents(false, flag("do_lower_case", false));
            case T5, CAMEMBERT, XLM_ROBERTA -> taken.precompiled();
            case GPT_SW3, AS_WRITTEN -> throw new IllegalStateException(rules + " is composed by PieceSteps");
        };
    }

    private static JsonObject bert(boolean chinese, boolean lowercase, JsonElement stripAccents) {
        JsonObject step = Steps.step("BertNormalizer");
        step.addProperty("clean_text", true);
        step.addProperty("handle_chinese_chars", chinese);
        step.add("strip_accents", stripAccents);
        step.addProperty("lowercase", lowercase);
        return step;
    }

    private JsonObject withoutAccents(boolean keepsAccents, boolean lowercase) {
        JsonArray steps = new JsonArray();
        steps.add(Steps.replace("``", "\""));
        steps.add(Steps.replace("''", "\""));
        if (!keepsAccents) {
            steps.add(Steps.step("NFKD"));
            steps.add(Steps.step("StripAccents"));
        }
        if (lowercase) {
            steps.add(Steps.step("Lowercase"));
        }
        if (taken.charsmap() != null) {
            steps.add(taken.precompiled());
        }
        return Steps.sequence("normalizers", steps);
    }

    private JsonObject preTokenizer() throws MalformedCheckpointException {
        return switch (rules) {
            case GPT2, ROBERTA -> Steps.byteLevel(flag("add_prefix_space", false), true);
            case GPT_NEOX -> {
                JsonObject step = Steps.byteLevel(flag("add_prefix_space", false), true);
                step.addProperty("trim_offsets", flag("trim_offsets", true));
                yield step;
            }
            case QWEN2 ->
                Steps.sequence(
                        "pretokenizers",
                        Steps.array(
                                Steps.split("Regex", QWEN2, "Isolated"),
                                Steps.byteLevel(flag("add_prefix_space", false), false)));
            case GPT, BERT -> Steps.step("BertPreTokenizer");
            case LLAMA -> Steps.metaspace(prefixed() ? flag("legacy", false) ? "always" : "first" : "never", false);
            case GEMMA -> Steps.split("String", " ", "MergedWithPrevious");
            case T5, XLNET ->
                Steps.sequence(
                        "pretokenizers", Steps.array(Steps.step("WhitespaceSplit"), Steps.metaspace("always", true)));
            case ALBERT, CAMEMBERT, XLM_ROBERTA ->
                Steps.sequence(
                        "pretokenizers", Steps.array(Steps.step("WhitespaceSplit"), Steps.metaspace(prefixed(), true)));
            case GPT_SW3, AS_WRITTEN -> throw new IllegalStateException(rules + " is composed by PieceSteps");
        };
    }

    private JsonObject decoder() throws MalformedCheckpointException {
        return switch (rules) {
            case GPT2, ROBERTA, GPT_NEOX, QWEN2 -> Steps.byteLevel(true, true);
            case GPT -> {
                JsonObject step = Steps.step("BPEDecoder");
                step.addProperty("suffix", ClassModel.END_OF_WORD);
                yield step;
            }
            case BERT -> {
                JsonObject step = Steps.step("WordPiece");
                step.addProperty("prefix", "##");
                step.addProperty("cleanup", true);
                yield step;
            }
            case LLAMA -> PieceSteps.decoder(true, true, prefixed());
            case GEMMA -> PieceSteps.decoder(true, true, false);
            case T5, XLNET -> Steps.metaspace("always", true);
            case ALBERT, CAMEMBERT, XLM_ROBERTA -> Steps.metaspace(prefixed(), true);
            case GPT_SW3, AS_WRITTEN -> throw new IllegalStateException(rules + " is composed by PieceSteps");
        };
    }

    private boolean prefixed() throws MalformedCheckpointException {
        return flag("add_prefix_space", true);
    }

    private boolean flag(String key, boolean usual) throws MalformedCheckpointException {
        return config.find(key) == null ? usual : config.flag(key);
    }
}
