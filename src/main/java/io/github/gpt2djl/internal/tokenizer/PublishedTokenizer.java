package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer's published files in one form, whatever form they have.
 *
 * @param whole a tokenizer.json without added tokens and post-processor
 * @param asWritten the tokenizer.json if all of the file counts, or null
 * @param config tokenizer_config.json; empty if there is none
 * @param special the tokens that the files name
 * @param around the tokens that are put around a text
 * @param own the model whose own way from tokens to text counts, instead of a tokenizer.json's way; null for most
 * @param cleansUp whether decoding removes the spaces before punctuation, and a few more
 */
record PublishedTokenizer(
        StrictJson whole,
        @Nullable StrictJson asWritten,
        StrictJson config,
        SpecialTokens special,
        Around around,
        @Nullable SentencePieceModel own,
        boolean cleansUp) {
    private PublishedTokenizer(
            StrictJson whole,
            @Nullable StrictJson asWritten,
            StrictJson config,
            SpecialTokens special,
            Around around,
            boolean cleansUp) {
        this(whole, asWritten, config, special, around, null, cleansUp);
    }

    private static final String CONFIG = "tokenizer_config.json";
    private static final String OPT_START = "</s>";

    static PublishedTokenizer read(TokenizerFiles files, Architecture architecture)
            throws MalformedCheckpointException {
        FilesBeside beside = new FilesBeside(files);
        StrictJson config = beside.part(CONFIG);
        checkArguments(config);
        TokenizerClass rules = TokenizerClass.of(beside, architecture);
        boolean pairs = files.files().containsKey("vocab.json")
                && !files.files().containsKey("tokenizer.json")
                && !files.files().containsKey("tokenizer.model");
        if (rules == TokenizerClass.AS_WRITTEN && pairs) {
            // There are no other rules than the model's.
            rules = TokenizerClass.usual(architecture);
        }
        String source = rules.source(files);
        if (source.equals("tokenizer.json")) {
            return whole(rules, json(files, source), beside, config);
        }
        if (source.endsWith(".model")) {
            byte[] bytes = files.files().get(source);
            if (bytes == null) {
                throw new IllegalStateException(source);
            }
            return pieces(rules, SentencePieceModel.read(files.folder() + source, bytes), beside, config);
        }
        if (source.equals(VocabularyText.FILE)) {
            Taken taken = VocabularyText.taken(files.folder() + source, text(files, source));
            ClassTokens usual = ClassTokens.of(rules, null, files.folder());
            return compose(rules, config, taken, SpecialTokens.read(beside, null, usual));
        }
        // The values of OPT's published tokenizer_config.json replace a missing file. transformers puts nothing in
        // front then, but OPT learned from texts with a token in front, and folders without that file are common.
        boolean opt = rules == TokenizerClass.GPT2 && architecture == Architecture.OPT && !beside.has(CONFIG);
        StrictJson written = json(files, source);
        ClassTokens usual = opt ? optUsual(written) : ClassTokens.of(rules, null, files.folder());
        Taken taken = Taken.pairs(written, text(files, "merges.txt"));
        PublishedTokenizer made = compose(rules, config, taken, SpecialTokens.read(beside, null, usual));
        return opt
                ? new PublishedTokenizer(
                        made.whole, null, config, made.special, Around.named(List.of("bos_token"), List.of()), false)
                : made;
    }

    /** Rejects settings that name another file, or an argument without a name. */
    private static void checkArguments(StrictJson config) throws MalformedCheckpointException {
        JsonArray whole = new JsonArray();
        whole.add("tokenizer.json");
        JsonElement versions = config.find("fast_tokenizer_files");
        if (versions != null && !versions.equals(whole)) {
            throw config.wrong("fast_tokenizer_files", "none but tokenizer.json, which is the only one that is read");
        }
        JsonElement inputs = config.find("init_inputs");
        if (inputs != null && !inputs.equals(new JsonArray())) {
            throw config.wrong("init_inputs", "an empty array");
        }
    }

    private static PublishedTokenizer whole(
            TokenizerClass rules, StrictJson written, FilesBeside beside, StrictJson config)
            throws MalformedCheckpointException {
        SpecialTokens special = SpecialTokens.read(beside, written, ClassTokens.of(rules, null, ""));
        if (AsWritten.yieldsTo(rules, written, beside, special)) {
            return whole(TokenizerClass.AS_WRITTEN, written, beside, config);
        }
        if (rules == TokenizerClass.AS_WRITTEN) {
            return new PublishedTokenizer(
                    written, written, config, special, Around.ids(Ends.read(written)), cleansUp(config, written));
        }
        Taken taken = Taken.whole(written, rules);
        PublishedTokenizer made = compose(rules, config, taken, special);
        Around around = Around.of(rules, true, config);
        if (taken.processor() != null) {
            around = Around.ids(taken.processor());
        }
        return new PublishedTokenizer(made.whole, null, config, special, around, made.cleansUp);
    }

    private static PublishedTokenizer pieces(
            TokenizerClass rules, SentencePieceModel model, FilesBeside beside, StrictJson config)
            throws MalformedCheckpointException {
        ClassTokens usual = ClassTokens.of(rules, model, beside.files().folder());
        SpecialTokens special = SpecialTokens.read(beside, null, usual);
        if (rules != TokenizerClass.GPT_SW3 && rules != TokenizerClass.AS_WRITTEN) {
            return compose(rules, config, Taken.model(model, rules), special);
        }
        boolean legacy = config.find("legacy") == null || config.flag("legacy");
        SentencePieceModel used = model;
        if (rules == TokenizerClass.GPT_SW3) {
            GptSw3.check(model);
            special = GptSw3.tokens(special, config);
            if (!legacy) {
                used = new SentencePieceModel(
                        model.file(),
                        model.pieces(),
                        model.trainer(),
                        model.normalizer().withoutDummyPrefix());
            }
        } else if (model.normalizer().addDummyPrefix()) {
            special = special.withAdded(AddedToken::asRaw);
        }
        boolean swedish = rules == TokenizerClass.GPT_SW3;
        JsonObject json = new PieceSteps(used, Taken.model(used, rules), swedish || legacy).compose(swedish, special);
        StrictJson whole = new StrictJson(model.file(), "", json);
        Around around = swedish ? Around.NOTHING : Around.of(rules, false, config);
        boolean cleansUp = swedish ? config.flag("clean_up_tokenization_spaces") : cleansUp(config, whole);
        return new PublishedTokenizer(whole, null, config, special, around, swedish ? used : null, cleansUp);
    }

    private static PublishedTokenizer compose(
            TokenizerClass rules, StrictJson config, Taken taken, SpecialTokens special)
            throws MalformedCheckpointException {
        StrictJson whole =
                new StrictJson(taken.place().file(), "", new ClassSteps(rules, config, taken, special).compose());
        return new PublishedTokenizer(
                whole, null, config, special, Around.of(rules, false, config), cleansUp(config, whole));
    }

    /**
     * Tells whether decoding cleans up, as in transformers 5. Byte-pair encoding keeps its spaces unless a flag with a
     * long name is set.
     */
    private static boolean cleansUp(StrictJson config, StrictJson whole) throws MalformedCheckpointException {
        StrictJson model = whole.part("model");
        String type = model == null ? null : model.text("type");
        boolean bpe = type == null ? model != null && model.json().has("merges") : type.equals("BPE");
        return config.flag("clean_up_tokenization_spaces")
                && (!bpe || config.flag("clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"));
    }

    private static String text(TokenizerFiles files, String name) throws MalformedCheckpointException {
        String text = files.text(name);
        return text == null ? "" : text;
    }

    private static StrictJson json(TokenizerFiles files, String name) throws MalformedCheckpointException {
        return StrictJson.read(
                files.folder() + name,
                text(files, name),
                "expected a tokenizer.json of Hugging Face's tokenizers, or a vocab.json; download it again");
    }

    private static ClassTokens optUsual(StrictJson vocabulary) throws MalformedCheckpointException {
        if (!vocabulary.json().has(OPT_START)) {
            throw vocabulary.error("the vocabulary has no </s>, expected it in that of an OPT model");
        }
        Map<String, String> usual = Map.of("bos_token", OPT_START, "eos_token", OPT_START, "unk_token", OPT_START);
        if (vocabulary.json().has("<pad>")) {
            usual = Map.of(
                    "bos_token", OPT_START, "eos_token", OPT_START, "unk_token", OPT_START, "pad_token", "<pad>");
        }
        return new ClassTokens(TokenizerClass.GPT2, usual, null);
    }

    /** Returns the special tokens that are put around a text. */
    Ends ends(AddedTokens added) throws MalformedCheckpointException {
        return around.ends(special, added, config);
    }
}
