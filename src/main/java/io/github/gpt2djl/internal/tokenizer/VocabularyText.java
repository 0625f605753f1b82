package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The vocabulary of a vocab.txt, with a token in each line, as Hugging Face's tokenizers reads it. */
final class VocabularyText {
    static final String FILE = "vocab.txt";

    private static final long MOST = 1_000_000;

    private VocabularyText() {}

    /** Reads the lines. The last of two equal tokens counts. */
    static Taken taken(String file, String text) throws MalformedCheckpointException {
        if (text.chars().filter(c -> c == '\n').count() > MOST) {
            throw new MalformedCheckpointException(
                    file, "has more than " + MOST + " lines, expected at most as many, each with a token");
        }
        List<String> tokens = tokens(text);
        JsonObject ids = new JsonObject();
        for (int id = 0; id < tokens.size(); id++) {
            ids.addProperty(tokens.get(id), id);
        }
        StrictJson place = new StrictJson(file, "", ids);
        if (tokens.isEmpty()) {
            throw place.error("is empty, expected a token in each line");
        }
        return new Taken(place, ids, new JsonArray(), null, null, null);
    }

    /**
     * Names the parts of the file that do not count, for a reader.
     *
     * @param whole the tokenizer.json that counts
     */
    static List<String> notes(TokenizerFiles files, StrictJson whole) {
        List<String> notes = new ArrayList<>();
        List<String> tokens = beside(files);
        StrictJson model = whole.json().get("model") instanceof JsonObject json
                ? new StrictJson(whole.file(), "model", json)
                : null;
        if (tokens == null || model == null || !(model.json().get("vocab") instanceof JsonObject vocabulary)) {
            return notes;
        }
        String file = files.folder() + FILE;
        Map<String, Integer> last = new TreeMap<>();
        for (int id = 0; id < tokens.size(); id++) {
            Integer before = last.put(tokens.get(id), id);
            if (before != null && notes.isEmpty()) {
                notes.add(file + " has the token \"" + StrictJson.shown(tokens.get(id)) + "\" in the lines "
                        + (before + 1) + " and " + (id + 1) + "; the last one counts, as in transformers");
            }
        }
        for (Map.Entry<String, Integer> token : last.entrySet()) {
            JsonElement other = vocabulary.get(token.getKey());
            if (other == null || !other.toString().equals(token.getValue().toString())) {
                notes.add(file + " gives the token \"" + StrictJson.shown(token.getKey()) + "\" the id "
                        + token.getValue()
                        + ", but " + whole.file() + " gives it " + (other == null ? "none" : other)
                        + "; the latter counts, as in transformers");
                break;
            }
        }
        return notes;
    }

    /** Returns the tokens, or null if there is no such file, or if no tokenizer could read the file. */
    private static @Nullable List<String> beside(TokenizerFiles files) {
        try {
            String text = files.text(FILE);
            return text == null ? null : tokens(text);
        } catch (MalformedCheckpointException e) {
            return null;
        }
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        // String.lines is not used, because it treats a carriage return alone as a line's end.
        for (int from = 0; from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int next = end < 0 ? text.length() : end;
            tokens.add(withoutLastSpaces(text.substring(from, next)));
            from = next + 1;
        }
        return tokens;
    }

    private static String withoutLastSpaces(String line) {
        int end = line.length();
        while (end > 0 && isSpace(line.charAt(end - 1))) {
            end--;
        }
        return line.substring(0, end);
    }

    /** Tells whether a character is Unicode's White_Space. */
    private static boolean isSpace(char c) {
        return (c >= '\t' && c <= '\r') || c == '\u0085' || Character.isSpaceChar(c);
    }
}
