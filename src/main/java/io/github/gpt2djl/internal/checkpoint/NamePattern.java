package io.github.gpt2djl.internal.checkpoint;

import java.util.regex.Pattern;

/** Matches the names of layers with Python's regular expressions from an adapter's configuration. */
public final class NamePattern {
    /**
     * The maximum number of steps. A name has some 50 letters; a hostile expression tries them in more ways than there
     * are atoms.
     */
    private static final int MOST_STEPS = 1_000_000;

    private NamePattern() {}

    /**
     * Tells whether an expression matches a whole name, as Python's re.fullmatch does.
     *
     * @throws IllegalArgumentException if the expression is not one of Java's, or takes too long
     */
    public static boolean matches(String expression, String name) {
        // Python writes a group's name and a reference to the name differently.
        String java = expression.replace("(?P<", "(?<").replaceAll("\\(\\?P=(\\w+)\\)", "\\\\k<$1>");
        try {
            return Pattern.compile(java).matcher(new Counted(name)).matches();
        } catch (IllegalArgumentException | StackOverflowError e) {
            throw new IllegalArgumentException(
                    "found the regular expression " + expression + ", expected one that Java understands: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Tells whether an expression matches the end of a name, where that end begins the name or follows a dot. */
    public static boolean matchesEnd(String expression, String name) {
        return matches("(?:.*\\.)?(?:" + expression + ")", name);
    }

    /** Tells whether an expression matches a part of a name, from its beginning or a dot to its end or another dot. */
    public static boolean matchesPart(String expression, String name) {
        return matches("(?:.*\\.)?(?:" + expression + ")(?:\\..*)?", name);
    }

    /** A text that can be read only a limited number of times. */
    private static final class Counted implements CharSequence {
        private final String text;
        private int steps;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            if (++steps > MOST_STEPS) {
                throw new IllegalArgumentException("it takes more than " + MOST_STEPS + " steps for " + text);
            }
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
