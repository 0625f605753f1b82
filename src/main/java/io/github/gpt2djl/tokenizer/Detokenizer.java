package io.github.gpt2djl.tokenizer;

import io.github.gpt2djl.internal.tokenizer.Pieces;
import io.github.gpt2djl.internal.tokenizer.Text;
import io.github.gpt2djl.internal.tokenizer.Vocabulary;

/**
 * Turns ids into text one by one. A piece never holds half a character, and all pieces together are the text that
 * Hugging Face's libraries decode: what a later id may change waits for that id.
 *
 * <p>Not for use by several threads at once.
 *
 * <p>The parts of an emoji, one id after the other:
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare");
 *         Tokenizer tokenizer = Tokenizer.load(checkpoint.tokenizer(), ModelConfig.Architecture.GPT2, 2048)) {
 *     Detokenizer detokenizer = tokenizer.detokenizer(true);
 *     List<String> pieces = new ArrayList<>();
 *     for (int id : tokenizer.encode("👍", false)) {
 *         pieces.add(detokenizer.add(id, false));
 *     }
 *     System.out.println(pieces); // [, , , 👍]
 * }
 * }</pre>
 */
public final class Detokenizer {
    private final Vocabulary vocabulary;
    private final boolean skipSpecialTokens;
    private final Text text = new Text();
    private final Pieces steps;
    /** What is shown already: the end of the text before, which might have become another. */
    private String shown = "";

    private String again = "";

    /** @param before the ids that the text continues */
    Detokenizer(Vocabulary vocabulary, boolean skipSpecialTokens, int... before) {
        this.vocabulary = vocabulary;
        this.skipSpecialTokens = skipSpecialTokens;
        steps = vocabulary.decoder().start(text, !skipSpecialTokens);
        if (before.length > 0) {
            int certain = take(before).length();
            shown = new Detokenizer(vocabulary, skipSpecialTokens)
                    .decode(before)
                    .substring(certain);
        }
    }

    /** The text of all ids, of which none came before and none may come after. */
    String decode(int... ids) {
        return take(ids) + finish();
    }

    private String take(int... ids) {
        StringBuilder certain = new StringBuilder();
        for (int id : ids) {
            certain.append(add(id, false));
        }
        return certain.toString();
    }

    /**
     * The text that an id completes.
     *
     * @param id the next one
     * @param last whether no more ids will come: bytes of an open character become U+FFFD now
     * @return whole characters; empty while one is open
     * @throws IllegalArgumentException if the id is out of range
     */
    public String add(int id, boolean last) {
        String token = vocabulary.find(id);
        if (token != null && shows(id)) {
            steps.part(token, true);
        }
        return last ? finish() : taken();
    }

    /** What is certain, without what the text before has shown. */
    private String taken() {
        if (shown.isEmpty()) {
            return text.take();
        }
        again += text.take();
        if (again.length() < shown.length() && shown.startsWith(again)) {
            return "";
        }
        String taken = again.startsWith(shown) ? again.substring(shown.length()) : again;
        shown = "";
        return taken;
    }

    /**
     * The text of a special token that {@link #add} leaves out.
     *
     * @param id within the vocabulary
     * @return empty for a token that is shown
     * @throws IllegalArgumentException if the id is out of range
     */
    public String hidden(int id) {
        String token = vocabulary.find(id);
        return token == null || shows(id) ? "" : token;
    }

    /**
     * The text that has waited for more ids; none may come after.
     *
     * @return whole characters; U+FFFD for the bytes of an open one
     */
    public String finish() {
        steps.end();
        return taken();
    }

    private boolean shows(int id) {
        return !skipSpecialTokens || !vocabulary.special().contains(id);
    }
}
