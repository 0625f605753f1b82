package io.github.gpt2djl.text;

/** A step of a decoder that needs each token as a whole. */
abstract class WholeTokens implements Pieces {
    final Pieces next;

    private final StringBuilder open = new StringBuilder();
    private boolean isOpen;

    WholeTokens(Pieces next) {
        this.next = next;
    }

    /** Takes the next token. */
    abstract void token(String token);

    /** Hands on what it has kept. */
    void finish() {}

    @Override
    public final void part(String text, boolean ends) {
        if (ends && !isOpen) {
            token(text);
            return;
        }
        open.append(text);
        isOpen = !ends;
        if (ends) {
            close();
        }
    }

    @Override
    public final void end() {
        if (isOpen) {
            isOpen = false;
            close();
        }
        finish();
        next.end();
    }

    private void close() {
        String token = open.toString();
        open.setLength(0);
        token(token);
    }
}
