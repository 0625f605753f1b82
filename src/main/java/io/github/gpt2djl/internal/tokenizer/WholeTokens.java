package io.github.gpt2djl.internal.tokenizer;

/** A step of a decoder that needs each token as a whole. */
final class WholeTokens implements Pieces {
    private final Pieces next;
    private final TokenStep step;
    private final StringBuilder open = new StringBuilder();
    private boolean isOpen;

    /** @param step hands on to the next step itself, except for the end */
    WholeTokens(Pieces next, TokenStep step) {
        this.next = next;
        this.step = step;
    }

    @Override
    public void part(String text, boolean ends) {
        if (ends && !isOpen) {
            step.token(text);
            return;
        }
        open.append(text);
        isOpen = !ends;
        if (ends) {
            close();
        }
    }

    @Override
    public void end() {
        if (isOpen) {
            isOpen = false;
            close();
        }
        step.finish();
        next.end();
    }

    private void close() {
        String token = open.toString();
        open.setLength(0);
        step.token(token);
    }
}
