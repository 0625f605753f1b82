package io.github.gpt2djl.text;

/**
 * The end of a decoder's steps.
 *
 * @param text what is certain of the text, and has not been taken
 */
record Text(StringBuilder text) implements Pieces {
    @Override
    public void part(String part, boolean ends) {
        text.append(part);
    }

    @Override
    public void end() {}

    /** Takes what is certain. */
    String take() {
        String taken = text.toString();
        text.setLength(0);
        return taken;
    }
}
