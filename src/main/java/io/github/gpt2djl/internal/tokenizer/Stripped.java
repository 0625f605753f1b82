package io.github.gpt2djl.internal.tokenizer;

/** The step of a decoder that takes a character from the begin and the end of each token. */
final class Stripped implements Pieces {
    private final Pieces next;
    private final int content;
    private final int start;
    private final int stop;
    /** How many more may go at the begin. */
    private int leading;
    /** How many wait, as the token may end with them. */
    private int waiting;

    /**
     * Starts before the first token.
     *
     * @param content the character
     * @param start how many at most are taken from the begin
     * @param stop how many at most are taken from the end
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
            // One more than may be taken: the first one is certain to stay.
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
