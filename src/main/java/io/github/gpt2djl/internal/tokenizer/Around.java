package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are put around a text, before the ids of the added tokens are known.
 *
 * @param ids the ids of a tokenizer.json's post-processor, or null
 * @param before the names of the tokens in front, such as bos_token
 * @param after the names of the tokens behind
 * @param needed whether a name without a token is an error
 */
record Around(@Nullable Ends ids, List<String> before, List<String> after, boolean needed) {
    static final Around NOTHING = new Around(Ends.NONE, List.of(), List.of(), false);
    private static final String BOS = "add_bos_token";
    private static final String EOS = "add_eos_token";

    static Around ids(Ends ids) {
        return new Around(ids, List.of(), List.of(), false);
    }

    static Around named(List<String> before, List<String> after) {
        return new Around(null, before, after, true);
    }

    /**
     * Returns the tokens of a class if there is no post-processor.
     *
     * @param whole whether the class reads a tokenizer.json, which makes the flags ineffective
     */
    static Around of(TokenizerClass rules, boolean whole, StrictJson config) throws MalformedCheckpointException {
        return switch (rules) {
            case BERT, ROBERTA -> named(List.of("cls_token"), List.of("sep_token"));
            case T5 -> named(List.of(), List.of("eos_token"));
            case XLNET -> named(List.of(), List.of("sep_token", "cls_token"));
            case CAMEMBERT, XLM_ROBERTA -> named(List.of("bos_token"), List.of("eos_token"));
            case ALBERT ->
                !whole && (config.json().has(BOS) || config.json().has(EOS))
                        ? flags(config)
                        : named(List.of("cls_token"), List.of("sep_token"));
            default -> whole ? NOTHING : flags(config);
        };
    }

    private static Around flags(StrictJson config) throws MalformedCheckpointException {
        return new Around(
                null,
                config.flag(BOS) ? List.of("bos_token") : List.of(),
                config.flag(EOS) ? List.of("eos_token") : List.of(),
                false);
    }

    Ends ends(SpecialTokens special, AddedTokens added, StrictJson config) throws MalformedCheckpointException {
        return ids != null ? ids : new Ends(all(before, special, added, config), all(after, special, added, config));
    }

    private List<Integer> all(List<String> names, SpecialTokens special, AddedTokens added, StrictJson config)
            throws MalformedCheckpointException {
        List<Integer> found = new ArrayList<>();
        for (String name : names) {
            String token = special.text(name);
            if (token != null) {
                found.add(added.id(token));
            } else if (needed) {
                throw config.wrong(name, "a token, which is put beside each text");
            }
        }
        return found;
    }
}
