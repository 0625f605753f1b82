package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;

/**
 * Makes the model of a tokenizer.json from the vocabulary that a class of transformers takes from the files.
 *
 * @param rules the class
 * @param config tokenizer_config.json
 * @param taken the vocabulary
 * @param special the tokens that the files name
 */
record ClassModel(TokenizerClass rules, StrictJson config, Taken taken, SpecialTokens special) {
    static final String END_OF_WORD = "</w>";

    JsonObject compose() throws MalformedCheckpointException {
        return switch (rules.model()) {
            case BPE -> bpe();
            case WORD_PIECE -> wordPiece();
            default -> unigram();
        };
    }

    private JsonObject bpe() {
        JsonObject model = Steps.step("BPE");
        switch (rules) {
            case GPT -> {
                model.addProperty("unk_token", special.text("unk_token"));
                model.addProperty("end_of_word_suffix", END_OF_WORD);
            }
            case LLAMA, GEMMA -> {
                model.addProperty("unk_token", rules == TokenizerClass.GEMMA ? special.text("unk_token") : null);
                model.addProperty("fuse_unk", true);
                model.addProperty("byte_fallback", true);
            }
            default -> {
                // Every character is spelled in bytes.
            }
        }
        model.add("vocab", taken.vocabulary());
        model.add("merges", taken.merges());
        return model;
    }

    private JsonObject wordPiece() throws MalformedCheckpointException {
        String unknown = special.text("unk_token");
        if (unknown == null || !taken.vocabulary().getAsJsonObject().has(unknown)) {
            throw taken.place()
                    .error("the vocabulary has no unk_token " + StrictJson.shown(unknown)
                            + ", expected it: a word that the vocabulary does not have becomes the token");
        }
        JsonObject model = Steps.step("WordPiece");
        model.addProperty("unk_token", unknown);
        model.addProperty("continuing_subword_prefix", "##");
        model.addProperty("max_input_chars_per_word", 100);
        model.add("vocab", taken.vocabulary());
        return model;
    }

    private JsonObject unigram() throws MalformedCheckpointException {
        JsonArray vocabulary = taken.pieces() == null
                ? taken.vocabulary().getAsJsonArray()
                : replaced(taken.vocabulary().getAsJsonArray());
        int unknown = switch (rules) {
            case T5 -> 2;
            // If the class's tokens are no pieces, the model is an ordinary SentencePiece model (Goldfish).
            case ALBERT ->
                index(vocabulary, name("cls_token")) < 0 ? Math.max(0, index(vocabulary, name("unk_token"))) : 1;
            case XLM_ROBERTA -> 3;
            case XLNET -> unknownOfXlnet();
            default -> Math.max(0, index(vocabulary, name("unk_token")));
        };
        if (unknown < 0 || unknown >= vocabulary.size()) {
            throw taken.place()
                    .error("the vocabulary has " + vocabulary.size() + " pieces, expected more than " + unknown
                            + ", which is the id for unknown characters in " + rules.title());
        }
        JsonObject model = Steps.step("Unigram");
        model.addProperty("unk_id", unknown);
        model.add("vocab", vocabulary);
        model.addProperty("byte_fallback", false);
        return model;
    }

    private int unknownOfXlnet() throws MalformedCheckpointException {
        if (taken.pieces() != null) {
            return taken.pieces().trainer().unknown().id();
        }
        return config.json().has("unk_id") ? config.whole("unk_id") : 0;
    }

    /** Returns the pieces of a SentencePiece model in the class's arrangement. */
    private JsonArray replaced(JsonArray pieces) throws MalformedCheckpointException {
        JsonArray all = new JsonArray();
        switch (rules) {
            case CAMEMBERT -> {
                all.add(Taken.scored("<s>NOTUSED", 0));
                all.add(Taken.scored(name("pad_token"), 0));
                all.add(Taken.scored("</s>NOTUSED", 0));
                all.add(Taken.scored(name("unk_token"), 0));
                all.add(Taken.scored("<unk>NOTUSED", -100));
                addFrom(all, pieces, 1);
                all.add(Taken.scored(name("mask_token"), 0));
            }
            case XLM_ROBERTA -> {
                for (String name : new String[] {"bos_token", "pad_token", "eos_token", "unk_token"}) {
                    all.add(Taken.scored(name(name), 0));
                }
                addFrom(all, pieces, 3);
                all.add(Taken.scored(name("mask_token"), 0));
            }
            case T5 -> {
                addFrom(all, pieces, 0);
                for (int i = ClassTokens.extraIds(config) - 1; i >= 0; i--) {
                    all.add(Taken.scored("<extra_id_" + i + ">", 0));
                }
            }
            default -> addFrom(all, pieces, 0);
        }
        return all;
    }

    private static void addFrom(JsonArray all, JsonArray pieces, int from) {
        for (int i = from; i < pieces.size(); i++) {
            all.add(pieces.get(i));
        }
    }

    private static int index(JsonArray vocabulary, String piece) {
        for (int i = 0; i < vocabulary.size(); i++) {
            if (vocabulary.get(i) instanceof JsonArray pair
                    && !pair.isEmpty()
                    && StrictJson.isText(pair.get(0))
                    && pair.get(0).getAsString().equals(piece)) {
                return i;
            }
        }
        return -1;
    }

    private String name(String name) throws MalformedCheckpointException {
        String text = special.text(name);
        if (text == null) {
            throw config.wrong(name, "a token, which " + rules.title() + " needs");
        }
        return text;
    }
}
