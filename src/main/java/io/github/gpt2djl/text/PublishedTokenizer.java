package io.github.gpt2djl.text;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.Checkpoint.TokenizerFiles;
import io.github.gpt2djl.checkpoint.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer's published files in one form, whatever form they have.
 *
 * @param whole a tokenizer.json, but for added tokens and post-processor
 * @param asWritten the same where it is a file of which all counts, or null
 * @param config tokenizer_config.json; empty where there is none
 * @param special the tokens that the files name
 * @param processed what the post-processor puts around a text, or null without a tokenizer.json
 * @param addBos whether bos is put in front where nothing says so
 */
record PublishedTokenizer(
        Part whole,
        @Nullable Part asWritten,
        Part config,
        SpecialTokens special,
        @Nullable Ends processed,
        boolean addBos) {
    private static final String CONFIG = "tokenizer_config.json";
    private static final String OPT_START = "</s>";

    static PublishedTokenizer read(TokenizerFiles files, Architecture architecture)
            throws MalformedCheckpointException {
        Part written = new Part(files.name(), "", json(files));
        FilesBeside beside = new FilesBeside(files);
        Part config = beside.part(CONFIG);
        String merges = files.merges();
        TokenizerClass rules = TokenizerClass.of(beside, merges == null, architecture);
        if (merges == null) {
            JsonObject model = model(written).json();
            SpecialTokens special = SpecialTokens.read(beside, written, usual(rules));
            boolean asWritten = rules == TokenizerClass.AS_WRITTEN;
            Part whole = asWritten
                    ? written
                    : compose(rules, files, config, model.get("vocab"), model.get("merges"), special);
            return new PublishedTokenizer(
                    whole, asWritten ? written : null, config, special, Ends.read(written), false);
        }
        // What OPT's published tokenizer_config.json says stands in for a missing one. transformers puts nothing in
        // front then, but OPT learned from texts that begin so, and folders without that file are common.
        boolean opt = architecture == Architecture.OPT && !beside.has(CONFIG);
        SpecialTokens special = SpecialTokens.read(beside, null, opt ? optUsual(written) : usual(rules));
        JsonElement pairs = PublishedFiles.merges(merges);
        return new PublishedTokenizer(
                compose(rules, files, config, written.json(), pairs, special), null, config, special, null, opt);
    }

    private static JsonObject json(TokenizerFiles files) throws MalformedCheckpointException {
        try {
            return JsonParser.parseString(files.json()).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new MalformedCheckpointException(
                    files.name(),
                    "expected a tokenizer.json of byte-pair encoding with model.vocab and model.merges, or a vocab.json",
                    e);
        }
    }

    static Part model(Part whole) throws MalformedCheckpointException {
        Part model = whole.part("model");
        if (model == null) {
            throw whole.wrong("model", "a vocabulary and its kind");
        }
        return model;
    }

    /** The names' tokens where no file says others. */
    private static Map<String, String> usual(TokenizerClass rules) {
        return switch (rules) {
            case GPT2 ->
                Map.of("bos_token", "<|endoftext|>", "eos_token", "<|endoftext|>", "unk_token", "<|endoftext|>");
            case GPT -> Map.of("unk_token", "<unk>");
            case AS_WRITTEN -> Map.of();
        };
    }

    private static Map<String, String> optUsual(Part vocabulary) throws MalformedCheckpointException {
        if (!vocabulary.json().has(OPT_START)) {
            throw vocabulary.error("the vocabulary has no </s>, expected it in that of an OPT model");
        }
        Map<String, String> usual = Map.of("bos_token", OPT_START, "eos_token", OPT_START, "unk_token", OPT_START);
        if (!vocabulary.json().has("<pad>")) {
            return usual;
        }
        return Map.of("bos_token", OPT_START, "eos_token", OPT_START, "unk_token", OPT_START, "pad_token", "<pad>");
    }

    private static Part compose(
            TokenizerClass rules,
            TokenizerFiles files,
            Part config,
            @Nullable JsonElement vocabulary,
            @Nullable JsonElement merges,
            SpecialTokens special)
            throws MalformedCheckpointException {
        AddedToken unknown = special.named().get("unk_token");
        JsonObject whole = rules == TokenizerClass.GPT
                ? PublishedFiles.words(vocabulary, merges, unknown == null ? null : unknown.content())
                : PublishedFiles.byteLevel(vocabulary, merges, config.flag("add_prefix_space"));
        return new Part(files.name(), "", whole);
    }

    /** The special tokens that are put around a text: a tokenizer.json's post-processor says, else the flags. */
    Ends ends(AddedTokens added) throws MalformedCheckpointException {
        return processed != null
                ? processed
                : new Ends(
                        end(addBos || config.flag("add_bos_token"), "bos_token", added),
                        end(config.flag("add_eos_token"), "eos_token", added));
    }

    private List<Integer> end(boolean wanted, String name, AddedTokens added) {
        AddedToken token = special.named().get(name);
        return wanted && token != null ? List.of(added.id(token.content())) : List.of();
    }
}
