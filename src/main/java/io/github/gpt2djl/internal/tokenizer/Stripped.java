package io.github.gpt2djl.internal.tokenizer;

/** The step of a decoder that removes a character from the beginning and the end of each token. */
final class Stripped implements Pieces {
    private final Pieces next;
    private final int content;
    private final int start;
    private final int stop;
    /** The number of characters that may still be removed from the beginning. */
    private int leading;
    /** The number of waiting characters, with which the token may end. */
    private int waiting;

    /**
     * Starts before the first token.
     *
     * @param content the character
     * @param start the maximum number of characters to remove from the beginning
     * @param stop the maximum number of characters to remove from the end
     */
    Stripped(Pieces next, int content, int start, int stop) {
        this.next = next;
        this.content = content;
        this.start = start;
        this.stop = stop;
        leading = start;
    }

    @Override
    public void part(String text, boolean ends) {
        StringBuilder done = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (c == content && leading > 0) {
                leading--;
                return;
            }
            leading = 0;
            if (c == content && waiting < stop) {
                waiting++;
                return;
            }
            // There is one more than may be removed: the first one certainly stays.
            if (c == content) {
                done.appendCodePoint(content);
                return;
            }
            done.append(Character.toString(content).repeat(waiting)).appendCodePoint(c);
            waiting = 0;
        });
        if (ends) {
            leading = start;
            waiting = 0;
        }
        next.part(done.toString(), ends);
    }

    @Override
    public void end() {
        next.end();
    }
}
