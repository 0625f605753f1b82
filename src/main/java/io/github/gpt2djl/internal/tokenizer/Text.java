package io.github.gpt2djl.internal.tokenizer;

/** The end of a decoder's steps: the text that is certain, and has not been taken. */
public final class Text implements Pieces {
    /** The first part. Most tokens come in one part, which needs no copy. */
    private String first = "";

    private final StringBuilder more = new StringBuilder();

    @Override
    public void part(String part, boolean ends) {
        if (first.isEmpty()) {
            first = part;
        } else {
            more.append(part);
        }
    }

    @Override
    public void end() {}

    /** Takes the certain text. */
    public String take() {
        String taken = more.isEmpty() ? first : first + more;
        first = "";
        more.setLength(0);
        return taken;
    }
}
