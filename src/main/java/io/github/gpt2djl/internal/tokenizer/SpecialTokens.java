package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that the files around a vocabulary name, as transformers reads them. tokenizer_config.json precedes
 * special_tokens_map.json and added_tokens.json, which count only if it has no {@code added_tokens_decoder}.
 *
 * @param named the named tokens, by a name such as bos_token, in the order in which they are added
 * @param extra the tokens that have no name
 * @param added the tokens whose ids are in the files, by id
 * @see <a href="https://github.com/huggingface/transformers/blob/main/src/transformers/tokenization_utils_base.py">_from_pretrained</a>
 */
record SpecialTokens(Map<String, AddedToken> named, List<AddedToken> extra, SortedMap<Integer, Told> added) {
    /**
     * A token whose id is in a file.
     *
     * @param place the place in the file
     */
    record Told(StrictJson place, AddedToken token) {}

    private static final List<String> NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private static final String DECODER = "added_tokens_decoder";
    private static final String EXTRA = "extra_special_tokens";
    private static final JsonElement EMPTY = new JsonPrimitive("");
    /** The key of the extra tokens in transformers 4. */
    private static final String ADDITIONAL = "additional_special_tokens";

    /** Returns the texts of the named and the extra tokens. */
    Set<String> texts() {
        Set<String> texts = new HashSet<>();
        named.values().forEach(token -> texts.add(token.content()));
        extra.forEach(token -> texts.add(token.content()));
        return texts;
    }

    /**
     * Reads the files.
     *
     * @param whole tokenizer.json, or null
     * @param usual the tokens that count if no file names others
     */
    static SpecialTokens read(FilesBeside files, @Nullable StrictJson whole, ClassTokens usual)
            throws MalformedCheckpointException {
        StrictJson config = files.part("tokenizer_config.json");
        boolean decoder = config.json().has(DECODER);
        StrictJson map =
                decoder ? new StrictJson(config.file(), "", new JsonObject()) : files.part("special_tokens_map.json");
        Map<String, AddedToken> told = told(config, map, usual);
        List<AddedToken> listed = listed(config, map);
        SortedMap<Integer, Told> added = new TreeMap<>();
        StrictJson byId = config.part(DECODER);
        if (decoder && byId != null) {
            for (Map.Entry<String, JsonElement> token : byId.json().entrySet()) {
                StrictJson place = byId.part(token.getKey(), token.getValue());
                added.put(id(byId, token.getKey()), new Told(place, AddedToken.read(place, false)));
            }
        } else if (!decoder) {
            Set<String> special = new HashSet<>();
            told.values().forEach(token -> special.add(token.content()));
            listed.forEach(token -> special.add(token.content()));
            StrictJson legacy = files.part("added_tokens.json");
            for (Map.Entry<String, JsonElement> token : legacy.json().entrySet()) {
                String content = token.getKey();
                if (content.isEmpty() || Surrogates.lone(content) >= 0) {
                    throw legacy.error("has the token \"" + StrictJson.shown(content)
                            + "\", expected texts of well-formed Unicode that are not empty");
                }
                boolean is = special.contains(content);
                added.put(
                        legacy.whole(content, token.getValue()),
                        new Told(legacy, new AddedToken(content, false, false, false, !is, is)));
            }
            for (StrictJson token : whole == null ? List.<StrictJson>of() : whole.parts("added_tokens")) {
                added.put(token.whole("id"), new Told(token, AddedToken.read(token, false)));
            }
        }
        // The tokens that the class adds count only if the files have no extra tokens, not even an empty list of them.
        boolean byName = config.find(EXTRA) instanceof JsonObject object && !object.isEmpty();
        boolean additionalInConfig = config.json().has(ADDITIONAL);
        boolean asked = !isListed(config, EXTRA) && !(additionalInConfig && !byName) && !isListed(map, EXTRA);
        StrictJson holder = map.json().has(ADDITIONAL) ? map : config;
        List<AddedToken> additional = holder.json().has(ADDITIONAL) ? list(holder, ADDITIONAL) : null;
        List<AddedToken> extra = asked ? usual.additional(additional, config) : listed;
        SpecialTokens read = new SpecialTokens(named(config, map, told, usual), extra, added);
        return usual.rules() == TokenizerClass.QWEN2 ? read.withoutFlags() : read;
    }

    /** Tells whether a file has the tokens, and not by names. */
    private static boolean isListed(StrictJson file, String key) {
        return file.json().has(key) && !file.json().get(key).isJsonObject();
    }

    /** Returns these tokens with other flags for the tokens whose ids are in the files. */
    SpecialTokens withAdded(UnaryOperator<AddedToken> change) {
        SortedMap<Integer, Told> changed = new TreeMap<>();
        added.forEach((id, told) -> changed.put(id, new Told(told.place(), change.apply(told.token()))));
        return new SpecialTokens(named, extra, changed);
    }

    /**
     * Returns these tokens with no flags on the named and the extra ones, as in a class that adds all of these once
     * more.
     */
    private SpecialTokens withoutFlags() {
        Set<String> names = new HashSet<>();
        Map<String, AddedToken> plain = new LinkedHashMap<>();
        List<AddedToken> plainExtra = new ArrayList<>();
        named.forEach((name, token) -> plain.put(name, AddedToken.special(token.content())));
        extra.forEach(token -> plainExtra.add(AddedToken.special(token.content())));
        named.values().forEach(token -> names.add(token.content()));
        extra.forEach(token -> names.add(token.content()));
        SpecialTokens changed =
                withAdded(token -> names.contains(token.content()) ? AddedToken.special(token.content()) : token);
        return new SpecialTokens(plain, plainExtra, changed.added);
    }

    /** Returns the text of a named token, or null if there is none. */
    @Nullable
    String text(String name) {
        AddedToken token = named.get(name);
        return token == null ? null : token.content();
    }

    /** Reads the tokens of the usual names from the files. The map's tokens take precedence over the config's. */
    private static Map<String, AddedToken> told(StrictJson config, StrictJson map, ClassTokens usual)
            throws MalformedCheckpointException {
        Map<String, AddedToken> told = new LinkedHashMap<>();
        for (String name : NAMES) {
            StrictJson file = map.json().has(name) ? map : config;
            JsonElement value = file.find(name);
            // transformers does not add empty tokens.
            if (value != null && !value.equals(EMPTY)) {
                told.put(name, usual.token(file, name, value));
            }
        }
        return told;
    }

    private static Map<String, AddedToken> named(
            StrictJson config, StrictJson map, Map<String, AddedToken> told, ClassTokens usual)
            throws MalformedCheckpointException {
        Map<String, AddedToken> named = new LinkedHashMap<>();
        for (String name : NAMES) {
            String token = usual.named().get(name);
            boolean nothingSaid = usual.standsForNull()
                    ? config.find(name) == null && map.find(name) == null
                    : !config.json().has(name) && !map.json().has(name);
            if (told.containsKey(name)) {
                named.put(name, told.get(name));
            } else if (token != null && nothingSaid) {
                named.put(name, usual.token(name, token));
            }
        }
        // A model may have names of its own, which transformers adds in this order.
        Map<String, AddedToken> last = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : config.json().entrySet()) {
            boolean flags = entry.getValue() instanceof JsonObject object && object.has(AddedToken.TYPE);
            putOwn(config, entry, flags, named);
            putOwn(config, entry, StrictJson.isText(entry.getValue()), last);
        }
        for (Map.Entry<String, JsonElement> entry : map.json().entrySet()) {
            putOwn(map, entry, entry.getValue() instanceof JsonObject || StrictJson.isText(entry.getValue()), named);
        }
        for (StrictJson file : List.of(config, map)) {
            if (file.find(EXTRA) instanceof JsonObject byName) {
                for (Map.Entry<String, JsonElement> token : byName.entrySet()) {
                    last.put(
                            token.getKey(),
                            AddedToken.read(file, token.getKey(), token.getValue())
                                    .asSpecial());
                }
            }
        }
        named.putAll(last);
        return named;
    }

    private static void putOwn(
            StrictJson file, Map.Entry<String, JsonElement> entry, boolean fits, Map<String, AddedToken> named)
            throws MalformedCheckpointException {
        String name = entry.getKey();
        if (fits && name.endsWith("_token") && !NAMES.contains(name)) {
            named.put(name, AddedToken.read(file, name, entry.getValue()).asSpecial());
        }
    }

    /** Returns the extra tokens that count when added_tokens.json is read. */
    private static List<AddedToken> listed(StrictJson config, StrictJson map) throws MalformedCheckpointException {
        boolean own = config.find(EXTRA) instanceof JsonArray array ? !array.isEmpty() : config.find(EXTRA) != null;
        List<AddedToken> listed = new ArrayList<>(list(config, own ? EXTRA : ADDITIONAL));
        for (AddedToken token : list(map, EXTRA)) {
            if (!listed.contains(token)) {
                listed.add(token);
            }
        }
        return listed;
    }

    private static List<AddedToken> list(StrictJson file, String key) throws MalformedCheckpointException {
        JsonElement value = file.find(key);
        List<AddedToken> tokens = new ArrayList<>();
        if (value instanceof JsonArray array) {
            for (JsonElement token : array) {
                tokens.add(AddedToken.read(file, key, token));
            }
        } else if (value != null && !(value instanceof JsonObject && key.equals(EXTRA))) {
            throw file.wrong(key, "an array of tokens");
        }
        return tokens;
    }

    private static int id(StrictJson file, String id) throws MalformedCheckpointException {
        try {
            return Integer.parseInt(id);
        } catch (NumberFormatException e) {
            throw file.error(file.path() + " has the key " + StrictJson.shown(id) + ", expected ids");
        }
    }
}
