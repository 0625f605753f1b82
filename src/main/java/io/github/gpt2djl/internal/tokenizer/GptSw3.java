package io.github.gpt2djl.internal.tokenizer;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The special rules of GPTSw3Tokenizer, a class in Python that calls SentencePiece itself. */
final class GptSw3 {
    private static final Set<String> WITHOUT_EFFECT = Set.of("nbest_size", "alpha", "num_threads");

    private GptSw3() {}

    /** Rejects models that Hugging Face's tokenizers would encode differently from SentencePiece. */
    static void check(SentencePieceModel model) throws MalformedCheckpointException {
        SentencePieceModel.Trainer trainer = model.trainer();
        boolean plain = model.normalizer().charsmap().length == 0;
        if (trainer.whitespaceAsSuffix() || trainer.algorithm() != SentencePieceModel.Algorithm.BPE || !plain) {
            throw new MalformedCheckpointException(
                    model.file(),
                    "the model's algorithm is " + trainer.algorithm() + ", treat_whitespace_as_suffix is "
                            + trainer.whitespaceAsSuffix() + " and precompiled_charsmap is "
                            + (plain ? "empty" : "not empty") + "; expected BPE, false and empty for GPTSw3Tokenizer");
        }
    }

    /**
     * Returns the tokens as classes in Python have them. All tokens are found in the text before normalization. Only
     * named and extra tokens are special.
     */
    static SpecialTokens tokens(SpecialTokens special, StrictJson config) throws MalformedCheckpointException {
        StrictJson arguments = config.part("sp_model_kwargs");
        if (arguments != null) {
            for (String key : arguments.json().keySet()) {
                boolean harmless =
                        WITHOUT_EFFECT.contains(key) || (key.equals("enable_sampling") && !arguments.flag(key));
                if (!harmless) {
                    throw arguments.wrong(key, "nothing: the same text would have other ids");
                }
            }
        }
        Set<String> names = special.texts();
        for (SpecialTokens.Told told : special.added().values()) {
            if (told.token().singleWord()) {
                throw told.place().error("a token has single_word, expected none beside GPTSw3Tokenizer");
            }
        }
        SpecialTokens added = special.withAdded(token -> token.asRaw(names.contains(token.content())));
        Map<String, AddedToken> named = new LinkedHashMap<>();
        special.named().forEach((name, token) -> named.put(name, AddedToken.special(token.content())));
        return new SpecialTokens(named, special.extra(), added.added());
    }
}
