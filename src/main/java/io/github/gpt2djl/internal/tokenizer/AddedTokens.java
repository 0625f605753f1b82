package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are found in a text before byte-pair encoding, with the ids that Hugging Face's tokenizers gives
 * them: the vocabulary's ids, or else the next free ids in the order in which the tokens are added.
 */
final class AddedTokens {
    /**
     * The maximum number of tokens. Hugging Face's tokenizers compares each token with all others: 10,000 take a
     * second, 50,000 take twenty.
     */
    private static final int MOST = 10_000;

    private static final Pattern SPACE = Pattern.compile("\\s", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, Integer> vocabulary;
    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final Map<String, AddedToken> tokens = new LinkedHashMap<>();
    private int free;

    private AddedTokens(TokenizerModel model) {
        vocabulary = model.ids();
        free = model.tokens().size();
    }

    /**
     * Adds all tokens that the files name.
     *
     * @param model the vocabulary
     * @param whole tokenizer.json if it counts as it is written, or null
     * @param special the tokens of the files around the vocabulary
     */
    static AddedTokens read(
            StrictJson file, TokenizerModel model, @Nullable StrictJson whole, SpecialTokens special, Pipeline pipeline)
            throws MalformedCheckpointException {
        AddedTokens all = new AddedTokens(model);
        for (StrictJson token : whole == null ? List.<StrictJson>of() : whole.parts("added_tokens")) {
            AddedToken added = AddedToken.readWhole(token);
            if (all.tokens.containsKey(added.content())) {
                throw token.error(
                        "added_tokens has \"" + StrictJson.shown(added.content()) + "\" twice, expected it once");
            }
            all.add(token, added, token.whole("id"));
        }
        Set<String> names = new HashSet<>();
        special.named().values().forEach(token -> names.add(token.content()));
        for (Map.Entry<Integer, SpecialTokens.Told> told : special.added().entrySet()) {
            AddedToken added = told.getValue().token();
            boolean named = names.contains(added.content());
            all.add(told.getValue().place(), named ? added.asSpecial() : added, told.getKey());
        }
        Set<String> known = new HashSet<>(all.tokens.keySet());
        List<AddedToken> others = new ArrayList<>(special.named().values());
        others.addAll(special.extra());
        for (AddedToken token : others) {
            if (!known.contains(token.content())) {
                all.add(file, names.contains(token.content()) ? token.asSpecial() : token, null);
            }
        }
        all.check(file, pipeline);
        return all;
    }

    /** @param told the id in the files, or null */
    private void add(StrictJson place, AddedToken token, @Nullable Integer told) throws MalformedCheckpointException {
        String content = token.content();
        Integer known = ids.getOrDefault(content, vocabulary.get(content));
        int id = known == null ? free : known;
        if (told != null && told != id) {
            throw place.error("\"" + StrictJson.shown(content) + "\" has id " + told + ", expected " + id
                    + (known == null ? ", the next one after those before" : ", as in the vocabulary"));
        }
        ids.put(content, id);
        free = Math.max(free, id + 1);
        // The last flags count, but a special token stays special.
        AddedToken before = tokens.get(content);
        tokens.put(content, before != null && before.special() ? token.asSpecial() : token);
        if (tokens.size() > MOST) {
            throw place.error("there are more than " + MOST + " added tokens, expected at most as many");
        }
    }

    /** Rejects tokens with which the native library runs forever or ends the process. */
    private void check(StrictJson file, Pipeline pipeline) throws MalformedCheckpointException {
        boolean rstrip = false;
        boolean spaceFirst = false;
        Map<String, String> normalized = new HashMap<>();
        for (AddedToken token : tokens.values()) {
            if (token.normalized() && !NormalizedToken.lasts(pipeline.normalizers(), token.content())) {
                throw file.error("the added token \"" + StrictJson.shown(token.content())
                        + "\" is normalized, expected it not" + " to be: the normalizer might leave nothing of it");
            }
            String other = token.normalized() ? normalized.put(spelled(token, pipeline), token.content()) : null;
            if (other != null) {
                // The library chooses one of the two by chance.
                throw file.error("the added tokens \"" + StrictJson.shown(other) + "\" and \""
                        + StrictJson.shown(token.content()) + "\" are one after the normalizer, expected two");
            }
            rstrip |= token.rstrip();
            spaceFirst |= SPACE.matcher(token.content()).lookingAt()
                    || SPACE.matcher(spelled(token, pipeline)).lookingAt();
        }
        if (rstrip && spaceFirst) {
            throw file.error("added_tokens has one with rstrip and one that begins with a space, which would overlap;"
                    + " expected only one of the kinds");
        }
    }

    /** Returns the ids by token. */
    Map<String, Integer> ids() {
        return ids;
    }

    /** Returns all tokens in an order in which the native library gives them the same ids. */
    List<AddedToken> tokens() {
        return List.copyOf(tokens.values());
    }

    /** Returns the library's spelling of a token's id: for a normalized token, the normalizer's output. */
    static String spelled(AddedToken token, Pipeline pipeline) throws MalformedCheckpointException {
        return token.normalized() ? NormalizedToken.of(pipeline.normalizers(), token.content()) : token.content();
    }

    int id(String content) {
        return Objects.requireNonNull(ids.get(content));
    }

    /** Tells whether no token holds a space, or includes adjacent spaces. */
    boolean plain() {
        return tokens.values().stream()
                .noneMatch(token -> token.lstrip()
                        || token.rstrip()
                        || SPACE.matcher(token.content()).find());
    }
}
