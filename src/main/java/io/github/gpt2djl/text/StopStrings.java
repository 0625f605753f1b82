package io.github.gpt2djl.text;

import java.util.List;

/**
 * Finds where one of several strings is complete first in a text that comes in pieces. The end of the text is
 * held back while it may be the beginning of such a string.
 *
 * <p>Not for use by several threads at once.
 *
 * <pre>{@code
 * StopStrings stops = new StopStrings(List.of("END"));
 * System.out.println("[" + stops.add("the E", false) + "]"); // [the ]
 * System.out.println("[" + stops.add("NDless", false) + "]"); // []
 * System.out.println(stops.found()); // true
 * }</pre>
 */
public final class StopStrings {
    private final List<String> stops;
    private final int longest;

    private final StringBuilder held = new StringBuilder();
    private boolean found;

    /**
     * Starts before the first piece.
     *
     * @param stops none of them empty
     */
    public StopStrings(List<String> stops) {
        this.stops = List.copyOf(stops);
        longest = stops.stream().mapToInt(String::length).max().orElse(0);
    }

    /**
     * Adds a piece.
     *
     * @param piece what comes next in the text
     * @param last whether no more pieces will come: nothing is held back then
     * @return what certainly stands before a stop string, and has not been returned before
     */
    public String add(String piece, boolean last) {
        held.append(piece);
        int stop = first();
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

    /** Where the stop string begins that is complete first, of several the longest; -1 without one. */
    private int first() {
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int place = held.indexOf(stop);
            int its = place + stop.length();
            if (place >= 0 && (its < end || (its == end && place < begin))) {
                begin = place;
                end = its;
            }
        }
        return begin;
    }

    /** The length of the longest end of the text that a stop string begins with. */
    private int open() {
        for (int length = Math.min(longest, held.length()); length > 0; length--) {
            String end = held.substring(held.length() - length);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return length;
            }
        }
        return 0;
    }

    private String take(int length) {
        String taken = held.substring(0, length);
        held.delete(0, length);
        return taken;
    }
}
