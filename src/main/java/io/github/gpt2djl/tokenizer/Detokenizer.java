package io.github.gpt2djl.tokenizer;

import io.github.gpt2djl.internal.tokenizer.Pieces;
import io.github.gpt2djl.internal.tokenizer.Text;
import io.github.gpt2djl.internal.tokenizer.Vocabulary;

/**
 * Decodes ids into text one by one. A piece of text never ends within a character, and all pieces together are the text
 * that Hugging Face's libraries decode: text that the next ids may change is held back.
 *
 * <p>Not safe for use by several threads at once.
 *
 * <p>An emoji of several ids:
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
    /** The end of the preceding text that was already shown although later ids could still have changed it. */
    private String shown = "";

    private String again = "";

    /** @param before the ids that precede the text */
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

    /** Decodes all ids of a text at once, with no ids before or after. */
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
     * Adds an id, and returns the text that it completes.
     *
     * @param id the next id
     * @param last whether this is the last id; then the bytes of an incomplete character become U+FFFD
     * @return whole characters; empty while a character is incomplete
     * @throws IllegalArgumentException if the id is out of range
     */
    public String add(int id, boolean last) {
        String token = vocabulary.find(id);
        if (token != null && shows(id)) {
            steps.part(token, true);
        }
        return last ? finish() : taken();
    }

    /** Returns the text that later ids cannot change, without the part that was already shown. */
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
     * Returns the text of a special token that {@link #add} leaves out.
     *
     * @param id an id of the vocabulary
     * @return the text; empty for a token that {@link #add} shows
     * @throws IllegalArgumentException if the id is out of range
     */
    public String hidden(int id) {
        String token = vocabulary.find(id);
        return token == null || shows(id) ? "" : token;
    }

    /**
     * Ends the text, and returns the rest that was held back. No more ids can be added.
     *
     * @return whole characters; U+FFFD for the bytes of an incomplete one
     */
    public String finish() {
        steps.end();
        return taken();
    }

    private boolean shows(int id) {
        return !skipSpecialTokens || !vocabulary.special().contains(id);
    }
}
