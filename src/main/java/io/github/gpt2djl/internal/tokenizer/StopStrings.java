package io.github.gpt2djl.internal.tokenizer;

import java.util.BitSet;
import java.util.List;

/**
 * Finds the first place at which one of several strings is complete, in a text that comes in pieces. Some pieces, such
 * as special tokens, are not shown, but the search runs in the whole text. The end of the text is held back while it
 * may be the beginning of such a string.
 *
 * <p>Not for use by several threads at once.
 *
 * <pre>{@code
 * StopStrings stops = new StopStrings(List.of("<|user|>Hi"));
 * stops.add("well", "", false); // well
 * stops.add("", "<|user|>", false); // nothing: it is not shown
 * stops.add("H", "", false); // nothing: it may begin the stop string's end
 * stops.add("i", "", false);
 * System.out.println(stops.found()); // true
 * }</pre>
 */
public final class StopStrings {
    private final List<String> stops;
    private final int longest;

    private final StringBuilder held = new StringBuilder();
    /** The flags of the held characters: whether each one is shown. */
    private final BitSet shown = new BitSet();

    private boolean found;

    /**
     * Starts before the first piece.
     *
     * @param stops the strings; none of them is empty
     */
    public StopStrings(List<String> stops) {
        this.stops = List.copyOf(stops);
        longest = stops.stream().mapToInt(String::length).max().orElse(0);
    }

    /**
     * Adds the text before the first piece. A string may begin in this text, but not end there.
     *
     * @param text of any length
     */
    public void precede(String text) {
        append(text.substring(Math.max(0, text.length() - longest)), false);
    }

    /**
     * Adds a piece.
     *
     * @param piece the next piece, which is shown
     * @param hidden text behind the piece that is not shown
     * @param last whether no more pieces will come; nothing is held back then
     * @return the shown part of the text that certainly stands before a stop string and has not been returned before
     */
    public String add(String piece, String hidden, boolean last) {
        int before = held.length();
        append(piece, true);
        append(hidden, false);
        int stop = first(before);
        if (stop >= 0) {
            found = true;
            return take(stop);
        }
        return take(last ? held.length() : held.length() - open());
    }

    /** {@return whether a stop string has occurred: the text ends before it} */
    public boolean found() {
        return found;
    }

    /**
     * Returns the beginning of the stop string that is complete first; of several, the longest. Returns -1 if there is
     * none.
     *
     * @param after the number of characters that the stop string must end after
     */
    private int first(int after) {
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int place = held.indexOf(stop, Math.max(0, after - stop.length() + 1));
            int its = place + stop.length();
            if (place >= 0 && (its < end || (its == end && place < begin))) {
                begin = place;
                end = its;
            }
        }
        return begin;
    }

    /** Returns the length of the longest end of the text with which a stop string begins. */
    private int open() {
        for (int length = Math.min(longest, held.length()); length > 0; length--) {
            String end = held.substring(held.length() - length);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }

    private void append(String text, boolean show) {
        shown.set(held.length(), held.length() + text.length(), show);
        held.append(text);
    }

    private String take(int length) {
        StringBuilder taken = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            if (shown.get(i)) {
                taken.append(held.charAt(i));
            }
        }
        BitSet rest = shown.get(length, Math.max(length, held.length()));
        shown.clear();
        shown.or(rest);
        held.delete(0, length);
        return taken.toString();
    }
}
