package io.github.gpt2djl.text;

/**
 * Turns ids into text one by one; a piece never holds half a character.
 *
 * <p>Not for use by several threads at once.
 *
 * <p>The parts of an emoji, one id after the other:
 *
 * <pre>{@code
 * try (Checkpoint checkpoint = Checkpoint.shipped("shakespeare");
 *         BpeTokenizer tokenizer = BpeTokenizer.load(checkpoint.tokenizer(), ModelConfig.Architecture.GPT2, 2048)) {
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
    private final PieceDecoder pieces = new PieceDecoder();
    private boolean spaceDue;

    Detokenizer(Vocabulary vocabulary, boolean skipSpecialTokens, int[] before) {
        this.vocabulary = vocabulary;
        this.skipSpecialTokens = skipSpecialTokens;
        spaceDue = before.length > 0 && vocabulary.wordEnds().contains(before[before.length - 1]);
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
        byte[] bytes = spelled(id);
        return text(shows(id) ? bytes : new byte[0], last);
    }

    /**
     * The bytes of an id as the text goes on, of one that is not shown, too.
     *
     * @param id the next one
     * @return UTF-8, perhaps a part of a character
     * @throws IllegalArgumentException if the id is out of range
     */
    public byte[] spelled(int id) {
        byte[] bytes = vocabulary.find(id);
        if (bytes == null) {
            return new byte[0];
        }
        boolean spaced = spaceDue;
        if (shows(id)) {
            spaceDue = vocabulary.wordEnds().contains(id);
        }
        return spaced ? spaceThen(bytes) : bytes;
    }

    /**
     * Whether an id is part of the text that is shown.
     *
     * @param id within the vocabulary
     * @return false for a special token, if these are skipped
     */
    public boolean shows(int id) {
        return !skipSpecialTokens || !vocabulary.special().contains(id);
    }

    /**
     * The text that bytes complete.
     *
     * @param bytes the next ones to show
     * @param last whether no more bytes will come: those of an open character become U+FFFD now
     * @return whole characters; empty while one is open
     */
    public String text(byte[] bytes, boolean last) {
        return last ? pieces.finish(bytes) : pieces.add(bytes);
    }

    /** The text of bytes that still wait for others: U+FFFD for each open character. */
    String finish() {
        return pieces.finish(new byte[0]);
    }

    private static byte[] spaceThen(byte[] bytes) {
        byte[] all = new byte[bytes.length + 1];
        all[0] = ' ';
        System.arraycopy(bytes, 0, all, 1, bytes.length);
        return all;
    }
}
