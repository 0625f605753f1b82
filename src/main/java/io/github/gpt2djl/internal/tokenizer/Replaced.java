package io.github.gpt2djl.internal.tokenizer;

/**
 * The step of a decoder that replaces a text in each token. If the end of an open token may begin the text, the end
 * waits.
 */
final class Replaced implements Pieces {
    private final Pieces next;
    private final String from;
    private final String to;
    private String open = "";

    Replaced(Pieces next, String from, String to) {
        this.next = next;
        this.from = from;
        this.to = to;
    }

    @Override
    public void part(String text, boolean ends) {
        String all = open + text;
        StringBuilder done = new StringBuilder();
        int at = 0;
        for (int found = all.indexOf(from); found >= 0; found = all.indexOf(from, at)) {
            done.append(all, at, found).append(to);
            at = found + from.length();
        }
        int certain = ends ? all.length() : certain(all, at);
        open = all.substring(certain);
        next.part(done.append(all, at, certain).toString(), ends);
    }

    /** Returns the beginning of the longest end with which the text may begin. */
    private int certain(String all, int done) {
        int at = Math.max(done, all.length() - from.length() + 1);
        while (!from.startsWith(all.substring(at))) {
            at++;
        }
        return at;
    }

    @Override
    public void end() {
        if (!open.isEmpty()) {
            part("", true);
        }
        next.end();
    }
}
