package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;

/**
 * The special tokens that are put around a text.
 *
 * @param before the ids in front
 * @param after the ids behind
 */
public record Ends(List<Integer> before, List<Integer> after) {
    static final Ends NONE = new Ends(List.of(), List.of());

    boolean isEmpty() {
        return before.isEmpty() && after.isEmpty();
    }

    /** Reads the post-processor of a tokenizer.json, which may be absent. */
    static Ends read(StrictJson whole) throws MalformedCheckpointException {
        StrictJson processor = whole.part("post_processor");
        return processor == null ? NONE : of(processor);
    }

    private static Ends of(StrictJson processor) throws MalformedCheckpointException {
        return switch (String.valueOf(processor.text("type"))) {
            // This step changes the places of ids in a text, not the ids.
            case "ByteLevel" -> NONE;
            case "TemplateProcessing" -> template(processor);
            case "RobertaProcessing", "BertProcessing" ->
                new Ends(List.of(paired(processor, "cls")), List.of(paired(processor, "sep")));
            case "Sequence" -> sequence(processor);
            default ->
                throw processor.wrong(
                        "type",
                        "BertProcessing, ByteLevel, RobertaProcessing, TemplateProcessing or a Sequence of them");
        };
    }

    private static Ends sequence(StrictJson sequence) throws MalformedCheckpointException {
        Ends all = NONE;
        for (StrictJson processor : sequence.parts("processors")) {
            Ends ends = of(processor);
            if (!all.isEmpty() && !ends.isEmpty()) {
                throw processor.error(sequence.path() + " has two steps that add tokens, expected at most one");
            }
            all = all.isEmpty() ? ends : all;
        }
        return all;
    }

    private static Ends template(StrictJson template) throws MalformedCheckpointException {
        StrictJson ids = template.part("special_tokens");
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        int texts = 0;
        for (StrictJson piece : template.parts("single")) {
            StrictJson special = piece.part("SpecialToken");
            StrictJson text = piece.part("Sequence");
            if (special != null && ids != null) {
                StrictJson token = ids.part(String.valueOf(special.text("id")));
                if (token == null) {
                    throw special.wrong("id", "one of special_tokens");
                }
                (texts == 0 ? before : after).addAll(ids(token));
            } else if (text != null && "A".equals(text.text("id"))) {
                texts++;
            } else {
                throw piece.error(piece.path() + " is " + StrictJson.shown(piece.json())
                        + ", expected a SpecialToken, or the" + " Sequence A");
            }
        }
        if (texts != 1) {
            throw template.error(template.path() + ".single has the text " + texts + " times, expected it once");
        }
        return new Ends(before, after);
    }

    private static List<Integer> ids(StrictJson token) throws MalformedCheckpointException {
        if (!(token.json().get("ids") instanceof JsonArray array)) {
            throw token.wrong("ids", "an array of ids");
        }
        List<Integer> ids = new ArrayList<>();
        for (JsonElement id : array) {
            ids.add(id(token, "ids", id));
        }
        return ids;
    }

    /** Returns the id of {@code ["</s>", 2]}. */
    private static int paired(StrictJson processor, String key) throws MalformedCheckpointException {
        if (processor.json().get(key) instanceof JsonArray pair && pair.size() == 2) {
            return id(processor, key, pair.get(1));
        }
        throw processor.wrong(key, "a token and its id");
    }

    private static int id(StrictJson part, String key, JsonElement value) throws MalformedCheckpointException {
        int id = part.whole(key, value);
        if (id < 0) {
            throw part.wrong(key, "ids of 0 or more");
        }
        return id;
    }
}
