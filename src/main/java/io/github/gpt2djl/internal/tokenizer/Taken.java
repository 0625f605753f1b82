package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parts that a class of transformers takes from the file of its vocabulary.
 *
 * @param place the file, for messages
 * @param vocabulary the ids by token; for Unigram an array of pieces with their scores
 * @param merges the pairs of tokens; empty if the class has none
 * @param charsmap the table that normalizes a text, in Base64, or null
 * @param processor the post-processor of a tokenizer.json, or null
 * @param pieces the SentencePiece model, or null if the file is another one
 */
record Taken(
        StrictJson place,
        JsonElement vocabulary,
        JsonArray merges,
        @Nullable String charsmap,
        @Nullable Ends processor,
        @Nullable SentencePieceModel pieces) {
    /** Takes the parts from tokenizer.json. */
    static Taken whole(StrictJson written, TokenizerClass rules) throws MalformedCheckpointException {
        StrictJson model = written.part("model");
        if (model == null) {
            throw written.wrong("model", "an object with a vocab");
        }
        String type = model.text("type");
        String expected = rules.model().type();
        // Old tokenizer.json files leave the type out.
        if (type != null && !type.equals(expected)) {
            throw model.wrong(
                    "type",
                    expected + ", as " + rules.title() + " has; a tokenizer_config.json with the"
                            + " tokenizer_class PreTrainedTokenizerFast takes tokenizer.json as it is written");
        }
        JsonElement vocabulary = model.find("vocab");
        boolean list = rules.model() == TokenizerClass.Model.UNIGRAM;
        if (vocabulary == null || !(list ? vocabulary.isJsonArray() : vocabulary.isJsonObject())) {
            throw model.wrong("vocab", list ? "an array of pieces with scores" : "an object of ids");
        }
        JsonElement merges = rules.model() == TokenizerClass.Model.BPE ? model.find("merges") : null;
        if (merges != null && !merges.isJsonArray()) {
            throw model.wrong("merges", "an array of pairs");
        }
        return new Taken(
                written,
                vocabulary,
                merges == null ? new JsonArray() : merges.getAsJsonArray(),
                charsmap(written),
                rules.takesProcessor() && written.find("post_processor") != null ? Ends.read(written) : null,
                null);
    }

    /** Takes the parts from vocab.json and the lines of merges.txt. */
    static Taken pairs(StrictJson vocabulary, String merges) {
        JsonArray pairs = new JsonArray();
        merges.lines().filter(l -> !l.isBlank() && !l.startsWith("#version")).forEach(pairs::add);
        return new Taken(vocabulary, vocabulary.json(), pairs, null, null, null);
    }

    /** Takes the parts from a SentencePiece model. */
    static Taken model(SentencePieceModel model, TokenizerClass rules) throws MalformedCheckpointException {
        byte[] bytes = model.normalizer().charsmap();
        String charsmap = bytes.length == 0 ? null : Base64.getEncoder().encodeToString(bytes);
        StrictJson place = new StrictJson(model.file(), "", new JsonObject());
        boolean scores = rules.model() == TokenizerClass.Model.UNIGRAM
                || (rules.model() == TokenizerClass.Model.OF_FILE
                        && model.trainer().algorithm() == SentencePieceModel.Algorithm.UNIGRAM);
        if (scores) {
            JsonArray vocabulary = new JsonArray();
            model.pieces().forEach(piece -> vocabulary.add(scored(piece.text(), piece.score())));
            return new Taken(place, vocabulary, new JsonArray(), charsmap, null, model);
        }
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int id = 0; id < model.pieces().size(); id++) {
            ids.put(model.pieces().get(id).text(), id);
        }
        JsonObject vocabulary = new JsonObject();
        ids.forEach(vocabulary::addProperty);
        // The merges of the other classes are made with the steps.
        JsonArray merges =
                rules.model() == TokenizerClass.Model.BPE ? PieceMerges.byId(model.file(), ids) : new JsonArray();
        return new Taken(place, vocabulary, merges, charsmap, null, model);
    }

    static JsonArray scored(String piece, double score) {
        JsonArray pair = new JsonArray();
        pair.add(piece);
        pair.add(score);
        return pair;
    }

    private static @Nullable String charsmap(StrictJson written) throws MalformedCheckpointException {
        StrictJson normalizer = written.part("normalizer");
        if (normalizer == null) {
            return null;
        }
        List<StrictJson> steps = new ArrayList<>();
        if ("Sequence".equals(normalizer.text("type"))) {
            steps.addAll(normalizer.parts("normalizers"));
        } else {
            steps.add(normalizer);
        }
        for (StrictJson step : steps) {
            if ("Precompiled".equals(step.text("type"))) {
                String map = step.text("precompiled_charsmap");
                if (map == null) {
                    throw step.wrong("precompiled_charsmap", "a text in Base64");
                }
                return map;
            }
        }
        return null;
    }

    /** Returns the charsmap as a step of a normalizer. */
    JsonElement precompiled() {
        if (charsmap == null) {
            return JsonNull.INSTANCE;
        }
        JsonObject step = new JsonObject();
        step.addProperty("type", "Precompiled");
        step.addProperty("precompiled_charsmap", charsmap);
        return step;
    }
}
