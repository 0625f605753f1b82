package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Makes a tokenizer.json that encodes by the settings of a SentencePiece model, for the classes that follow them.
 *
 * @param model the SentencePiece model
 * @param taken the vocabulary
 * @param legacy whether each part between added tokens gets a space in front, rather than only the first part
 */
record PieceSteps(SentencePieceModel model, Taken taken, boolean legacy) {
    /**
     * The characters that GPTSw3Tokenizer leaves out: control characters except tab and line feed, and some characters
     * without width.
     */
    private static final String NOT_PRINTED = "[\\x{0}-\\x{8}\\x{B}-\\x{1F}\\x{7F}-\\x{9F}\\x{A0}\\x{AD}\\x{200B}]";
    /** The characters that GPTSw3Tokenizer treats as a space. */
    private static final String SPACES =
            "[\\x{2002}\\x{2003}\\x{2005}\\x{2008}\\x{2009}\\x{200A}\\x{202F}\\x{3000}\\x{FFFC}]";

    private static final String ESCAPED = "()[]{}?*+-|^$\\.&~# \t\n\r\u000B\f";

    /**
     * Makes the whole file except added tokens and post-processor.
     *
     * @param swedish whether the steps of GPTSw3Tokenizer come first
     */
    JsonObject compose(boolean swedish, SpecialTokens special) throws MalformedCheckpointException {
        JsonObject whole = new JsonObject();
        JsonObject vocabulary = new JsonObject();
        Map<Integer, String> names = new LinkedHashMap<>();
        if (taken.vocabulary() instanceof JsonArray list) {
            for (int id = 0; id < list.size(); id++) {
                names.put(id, list.get(id).getAsJsonArray().get(0).getAsString());
            }
        } else {
            vocabulary = swedish ? taken.vocabulary().getAsJsonObject() : renamed(special);
            vocabulary.entrySet().forEach(entry -> names.put(entry.getValue().getAsInt(), entry.getKey()));
        }
        List<String> users = new ArrayList<>();
        for (int id = 0; id < model.pieces().size(); id++) {
            if (model.pieces().get(id).type() == SentencePieceModel.Type.USER_DEFINED && names.containsKey(id)) {
                users.add(names.get(id));
            }
        }
        whole.add("normalizer", Steps.sequence("normalizers", normalizers(swedish)));
        whole.add("pre_tokenizer", preTokenizer(users));
        SentencePieceModel.Normalizer settings = model.normalizer();
        boolean fallback = model.trainer().byteFallback();
        whole.add("decoder", decoder(fallback, fallback || settings.addDummyPrefix(), settings.addDummyPrefix()));
        whole.add("model", taken.vocabulary() instanceof JsonArray ? unigram() : bpe(vocabulary, !users.isEmpty()));
        return whole;
    }

    /** Returns the pieces. added_tokens_decoder names some of them, because a model may have placeholders. */
    private JsonObject renamed(SpecialTokens special) {
        JsonObject vocabulary = taken.vocabulary().getAsJsonObject();
        Set<String> kept = new HashSet<>();
        vocabulary.entrySet().forEach(entry -> {
            if (!special.added().containsKey(entry.getValue().getAsInt())) {
                kept.add(entry.getKey());
            }
        });
        JsonObject all = new JsonObject();
        vocabulary.entrySet().forEach(entry -> {
            SpecialTokens.Told told = special.added().get(entry.getValue().getAsInt());
            String name = told == null ? entry.getKey() : told.token().content();
            all.add(kept.contains(name) ? entry.getKey() : name, entry.getValue());
        });
        return all;
    }

    private JsonArray normalizers(boolean swedish) {
        SentencePieceModel.Normalizer settings = model.normalizer();
        JsonArray steps = new JsonArray();
        if (swedish) {
            steps.add(Steps.replace("Regex", NOT_PRINTED, ""));
            steps.add(Steps.replace("Regex", SPACES, " "));
            steps.add(Steps.step("NFC"));
        }
        if (taken.charsmap() != null) {
            steps.add(taken.precompiled());
        }
        if (settings.removeExtraWhitespaces()) {
            // SentencePiece itself, which one class calls, also treats a ▁ at the end as a space.
            boolean both = swedish && settings.escapeWhitespaces();
            steps.add(Steps.replace("Regex", both ? "\\A +|[ ▁]+\\z" : "\\A +| +\\z", ""));
            steps.add(Steps.replace("Regex", " {2,}", " "));
        }
        if (settings.escapeWhitespaces()) {
            steps.add(Steps.replace("String", " ", "▁"));
        }
        if (settings.addDummyPrefix() && legacy) {
            steps.add(Steps.replace("Regex", "\\A▁", "▁▁"));
        }
        return steps;
    }

    private JsonElement preTokenizer(List<String> users) {
        JsonArray steps = new JsonArray();
        if (model.normalizer().addDummyPrefix()) {
            steps.add(Steps.metaspace(legacy ? "always" : "first", false));
        }
        if (!users.isEmpty()) {
            users.sort(Comparator.comparing((String user) -> -user.codePointCount(0, user.length())));
            String pattern = users.stream().map(PieceSteps::escaped).collect(Collectors.joining("|"));
            steps.add(Steps.split("Regex", pattern, "Isolated"));
        }
        return steps.isEmpty() ? JsonNull.INSTANCE : Steps.sequence("pretokenizers", steps);
    }

    /** Escapes a text as Python's re.escape does. */
    private static String escaped(String text) {
        StringBuilder pattern = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            pattern.append(ESCAPED.indexOf(c) < 0 ? "" : "\\").append(c);
        }
        return pattern.toString();
    }

    /** @param strips whether the space that was put in front of a text is left out */
    static JsonObject decoder(boolean byteFallback, boolean fuses, boolean strips) {
        JsonArray steps = new JsonArray();
        steps.add(Steps.replace("String", "▁", " "));
        if (byteFallback) {
            steps.add(Steps.step("ByteFallback"));
        }
        if (fuses) {
            steps.add(Steps.step("Fuse"));
        }
        if (strips) {
            JsonObject strip = Steps.step("Strip");
            strip.addProperty("content", " ");
            strip.addProperty("start", 1);
            strip.addProperty("stop", 0);
            steps.add(strip);
        }
        return Steps.sequence("decoders", steps);
    }

    private JsonObject bpe(JsonObject vocabulary, boolean hasUsers) throws MalformedCheckpointException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        vocabulary
                .entrySet()
                .forEach(entry -> ids.put(entry.getKey(), entry.getValue().getAsInt()));
        JsonObject json = Steps.step("BPE");
        json.addProperty("unk_token", model.trainer().unknown().text());
        json.addProperty("fuse_unk", true);
        json.addProperty("byte_fallback", model.trainer().byteFallback());
        json.addProperty("ignore_merges", hasUsers);
        json.add("vocab", vocabulary);
        json.add("merges", PieceMerges.byScore(model.file(), ids, model.pieces()));
        return json;
    }

    private JsonObject unigram() throws MalformedCheckpointException {
        int unknown = model.trainer().unknown().id();
        if (unknown < 0 || unknown >= model.pieces().size()) {
            throw taken.place()
                    .error("trainer_spec.unk_id is " + unknown + ", expected 0 to "
                            + (model.pieces().size() - 1));
        }
        JsonObject json = Steps.step("Unigram");
        json.addProperty("unk_id", unknown);
        json.add("vocab", taken.vocabulary());
        json.addProperty("byte_fallback", model.trainer().byteFallback());
        return json;
    }
}
