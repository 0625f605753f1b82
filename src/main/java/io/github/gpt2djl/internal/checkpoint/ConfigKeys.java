package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@code config.json}, each of which is read as one type.
 *
 * @param object the object in the file
 */
record ConfigKeys(StrictJson object) {

    /** @throws MalformedCheckpointException if the text is not a JSON object */
    static ConfigKeys parse(String file, String json) throws MalformedCheckpointException {
        return new ConfigKeys(StrictJson.read(file, json, "not a JSON object"));
    }

    @Nullable
    JsonElement find(String key) {
        return object.find(key);
    }

    int count(String key, @Nullable Integer absent) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value == null && absent != null) {
            return absent;
        }
        int n = integer(key, value);
        if (n < 1) {
            throw object.error(key + " is " + n + ", expected at least 1");
        }
        return n;
    }

    int heads(String key, int width, String widthKey) throws MalformedCheckpointException {
        int heads = count(key, null);
        if (width % heads != 0) {
            throw object.error(widthKey + " is " + width + ", expected a multiple of " + key + ", which is " + heads);
        }
        return heads;
    }

    /**
     * Reads an id; null means none. transformers writes the published models' ids also for small vocabularies, in which
     * these ids never occur.
     */
    int id(String key, int absent, int vocabularySize) throws MalformedCheckpointException {
        JsonElement stored = object.json().get(key);
        if (stored != null && stored.isJsonNull()) {
            return -1;
        }
        if (stored == null) {
            return absent < vocabularySize ? absent : -1;
        }
        int id = integer(key, stored);
        if (id < 0) {
            throw object.error(key + " is " + id + ", expected at least 0, or null");
        }
        return id < vocabularySize ? id : -1;
    }

    /**
     * Reads one id, a list of ids, or null. An absent key means no ids: transformers' generate reads the file, which
     * does not contain the model's own default.
     */
    List<Integer> ids(String key, int vocabularySize) throws MalformedCheckpointException {
        JsonElement stored = find(key);
        if (stored == null) {
            return List.of();
        }
        List<JsonElement> all = stored instanceof JsonArray list ? list.asList() : List.of(stored);
        List<Integer> ids = new ArrayList<>();
        for (JsonElement each : all) {
            int id = integer(key, each);
            if (id >= 0 && id < vocabularySize) {
                ids.add(id);
            }
        }
        return ids.stream().distinct().toList();
    }

    boolean flag(String key, boolean absent) throws MalformedCheckpointException {
        return object.flag(key, absent);
    }

    /**
     * Returns the value of {@code key}, and rejects all but the supported ones. An absent key means the first of them.
     */
    String only(String key, String... supported) throws MalformedCheckpointException {
        String found = text(key, supported[0]);
        for (String s : supported) {
            if (s.equals(found)) {
                return s;
            }
        }
        throw object.error(key + " is " + found + ", this decoder computes only " + String.join(" or ", supported));
    }

    /** Returns a value's text, or its JSON if it is not a text. */
    String text(String key, String absent) {
        JsonElement value = find(key);
        return value == null ? absent : value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    void absent(String key, String reason) throws MalformedCheckpointException {
        JsonElement value = find(key);
        if (value != null) {
            throw object.error(key + " is " + value + ", expected none: " + reason);
        }
    }

    int integer(String key, @Nullable JsonElement value) throws MalformedCheckpointException {
        if (value == null) {
            throw object.error("the key " + key + " is missing");
        }
        try {
            return value.getAsJsonPrimitive().getAsBigDecimal().intValueExact();
        } catch (RuntimeException e) {
            throw new MalformedCheckpointException(
                    object.file(), key + " is " + StrictJson.shown(value) + ", expected a whole number", e);
        }
    }

    MalformedCheckpointException wrong(String key, String expected) {
        return object.wrong(key, expected);
    }
}
