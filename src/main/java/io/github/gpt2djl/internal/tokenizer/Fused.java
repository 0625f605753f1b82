package io.github.gpt2djl.internal.tokenizer;

/**
 * The step of a decoder that joins all tokens into one.
 *
 * @param next the step behind
 */
record Fused(Pieces next) implements Pieces {
    @Override
    public void part(String text, boolean ends) {
        next.part(text, false);
    }

    @Override
    public void end() {
        next.part("", true);
        next.end();
    }
}
