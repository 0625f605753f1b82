package io.github.gpt2djl.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Finds where one of several strings is complete first in a text that comes in pieces, some of which are not shown, as
 * special tokens are. The search runs in the whole text. The end of the text is held back while it may be the beginning
 * of such a string.
 *
 * <p>Text is UTF-8 here, so that a piece may end within a character. Not for use by several threads at once.
 *
 * <pre>{@code
 * StopStrings stops = new StopStrings(List.of("<|user|>Hi"));
 * stops.add("well".getBytes(), true, false); // well
 * stops.add("<|user|>".getBytes(), false, false); // nothing: it is not shown
 * stops.add("H".getBytes(), true, false); // nothing: it may begin the stop string's end
 * stops.add("i".getBytes(), true, false);
 * System.out.println(stops.found()); // true
 * }</pre>
 */
public final class StopStrings {
    private final List<byte[]> stops;
    private final int longest;

    private byte[] held = new byte[0];
    /** Of each byte that is held. */
    private boolean[] shown = new boolean[0];

    private boolean found;

    /**
     * Starts before the first piece.
     *
     * @param stops none of them empty
     */
    public StopStrings(List<String> stops) {
        this.stops = stops.stream()
                .map(stop -> stop.getBytes(StandardCharsets.UTF_8))
                .toList();
        longest = this.stops.stream().mapToInt(stop -> stop.length).max().orElse(0);
    }

    /** {@return the bytes of the longest string; 0 without one} */
    public int longest() {
        return longest;
    }

    /**
     * Adds a piece that stands before the first one: a string may begin in it, but not end there.
     *
     * @param piece the next bytes
     */
    public void precede(byte[] piece) {
        append(piece, false);
    }

    /**
     * Adds a piece.
     *
     * @param piece what comes next in the text
     * @param show whether it is shown
     * @param last whether no more pieces will come: nothing is held back then
     * @return what is shown of the text that certainly stands before a stop string, and has not been returned before
     */
    public byte[] add(byte[] piece, boolean show, boolean last) {
        int before = held.length;
        append(piece, show);
        int stop = first(before);
        if (stop >= 0) {
            found = true;
            return take(stop);
        }
        return take(last ? held.length : held.length - open());
    }

    /** {@return whether a stop string has occurred: the text ends before it} */
    public boolean found() {
        return found;
    }

    /**
     * Where the stop string begins that is complete first, of several the longest; -1 without one.
     *
     * @param after bytes that it must end after
     */
    private int first(int after) {
        int begin = -1;
        int end = Integer.MAX_VALUE;
        for (byte[] stop : stops) {
            int place = find(stop, Math.max(0, after - stop.length + 1));
            int its = place + stop.length;
            if (place >= 0 && (its < end || (its == end && place < begin))) {
                begin = place;
                end = its;
            }
        }
        return begin;
    }

    private int find(byte[] stop, int from) {
        for (int place = from; place + stop.length <= held.length; place++) {
            if (Arrays.equals(held, place, place + stop.length, stop, 0, stop.length)) {
                return place;
            }
        }
        return -1;
    }

    /** The length of the longest end of the text that a stop string begins with. */
    private int open() {
        for (int length = Math.min(longest, held.length); length > 0; length--) {
            if (isOpen(held.length - length)) {
                return length;
            }
        }
        return 0;
    }

    private boolean isOpen(int from) {
        int length = held.length - from;
        return stops.stream()
                .anyMatch(stop -> stop.length >= length && Arrays.equals(held, from, held.length, stop, 0, length));
    }

    private void append(byte[] piece, boolean show) {
        int before = held.length;
        held = Arrays.copyOf(held, before + piece.length);
        System.arraycopy(piece, 0, held, before, piece.length);
        shown = Arrays.copyOf(shown, held.length);
        Arrays.fill(shown, before, held.length, show);
    }

    private byte[] take(int length) {
        ByteArrayOutputStream taken = new ByteArrayOutputStream(length);
        for (int i = 0; i < length; i++) {
            if (shown[i]) {
                taken.write(held[i]);
            }
        }
        held = Arrays.copyOfRange(held, length, held.length);
        shown = Arrays.copyOfRange(shown, length, shown.length);
        return taken.toByteArray();
    }
}
