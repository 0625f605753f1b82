package io.github.gpt2djl.internal.tokenizer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The regular expressions that an untrusted tokenizer may have: the expressions of published models, and expressions
 * that cannot try a text again and again. Any other expression may run for years on a short text.
 */
final class Patterns {
    /**
     * The maximum number of times that a character of the text may be examined. 4,096 times take half a second for
     * 20,000 characters. The native library ends the process at ten million.
     */
    private static final long MOST_TRIES = 4_096;

    /** The maximum depth of nested groups. The native library ends the process at two thousand. */
    private static final int DEEPEST = 32;

    private static final String ESCAPES = "sSdDwWnrtAz";

    private static final String CAMEL =
            "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                    + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

    private static final Set<String> PUBLISHED = Set.of(
            // GPT-2.
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "'(?:[sdmt]|ll|ve|re)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            // GPT-4 (cl100k_base), as tiktoken and as tokenizers write it; Llama 3; Qwen2.
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
                    + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
            "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                    + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
            "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+"
                    + "|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+"
                    + "|\\s+(?!\\S)|\\s+",
            // GPT-4o (o200k_base).
            CAMEL,
            // DeepSeek.
            "\\p{N}{1,3}",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                    + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
            // BLOOM, Falcon, StarCoder, GPT-SW3's relatives.
            " ?[^(\\s|[.,!?…。，、।۔،])]+",
            " ?[^(\\s|[.,!?\\u2026\\u3002\\uff0c\\u3001\\u0964\\u06d4\\u060c])]+",
            // The expressions that transformers makes from a SentencePiece model.
            "\\A +| +\\z",
            "\\A +|[ ▁]+\\z",
            " {2,}",
            "\\A▁");

    /**
     * The expressions that try a run of spaces once from each of its spaces, with equivalent expressions that try from
     * the first space only.
     */
    private static final Map<String, String> FASTER = Map.of(
            "\\A +| +\\z", "\\A +|(?<! ) +\\z",
            "\\A +|[ ▁]+\\z", "\\A +|(?<![ ▁])[ ▁]+\\z");

    private static final Pattern PROPERTY = Pattern.compile("\\\\[pPx]\\{[^}]*}");
    private static final Pattern CLASS = Pattern.compile("\\[\\^?(?:\\\\.|[^\\]\\\\]+)*+]", Pattern.DOTALL);

    private Patterns() {}

    /** Returns an expression with equal matches, whose time grows only in proportion to the text's length. */
    static String faster(String expression) {
        return FASTER.getOrDefault(expression, expression);
    }

    /** Tells whether an expression certainly ends soon. */
    static boolean ends(String expression) {
        return PUBLISHED.contains(expression) || tries(expression) <= MOST_TRIES;
    }

    /** Tells whether an expression matches an empty text, and therefore matches between any two characters. */
    static boolean findsNothing(String expression) {
        if (PUBLISHED.contains(expression)) {
            return false;
        }
        // The contents of a class make no difference, and Java does not know every property.
        String plain = PROPERTY.matcher(expression).replaceAll("x");
        try {
            return Pattern.compile(CLASS.matcher(plain).replaceAll("x"))
                    .matcher("")
                    .find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /**
     * Returns the maximum number of steps of an expression at one place of a text: its length for each way through its
     * groups and optional parts. The expression may have characters, classes, anchors and alternations, some of them
     * optional. It may also have an endless repetition of a single character or class at the end of an alternative.
     * With any other part there is no bound.
     */
    private static long tries(String expression) {
        long tries = expression.length();
        Deque<Integer> alternatives = new ArrayDeque<>();
        boolean single = false;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            boolean fits = true;
            switch (c) {
                case '\\' -> i = escapeEnd(expression, i + 1);
                case '[' -> i = classEnd(expression, i);
                case '(' -> {
                    alternatives.push(1);
                    i += expression.startsWith("(?:", i) ? 2 : 0;
                }
                case '|' -> {
                    if (!alternatives.isEmpty()) {
                        alternatives.push(alternatives.pop() + 1);
                    }
                }
                case ')' -> tries *= alternatives.isEmpty() ? 1 : alternatives.pop();
                case '?' -> {
                    fits = single;
                    tries *= 2;
                }
                case '*', '+' -> fits = single && alternatives.isEmpty() && endsAlternative(expression, i + 1);
                case '{' -> fits = false;
                default -> {}
            }
            if (i < 0 || !fits || tries > MOST_TRIES || alternatives.size() > DEEPEST) {
                return Long.MAX_VALUE;
            }
            single = "(|)^$?*+".indexOf(c) < 0;
        }
        return tries;
    }

    private static boolean endsAlternative(String expression, int at) {
        return at == expression.length() || expression.charAt(at) == '|';
    }

    /** Returns the last index of the class that begins at an index, or -1 if the class holds another class. */
    private static int classEnd(String expression, int begin) {
        int i = expression.startsWith("[^", begin) ? begin + 2 : begin + 1;
        if (expression.startsWith("]", i)) {
            return -1;
        }
        for (; i >= 0 && i < expression.length() && expression.charAt(i) != ']'; i++) {
            if (expression.charAt(i) == '[' || expression.startsWith("&&", i)) {
                return -1;
            }
            if (expression.charAt(i) == '\\') {
                int end = escapeEnd(expression, i + 1);
                if (end < 0) {
                    return -1;
                }
                i = end;
            }
        }
        return i < expression.length() ? i : -1;
    }

    /** Returns the last index of the escape whose letter is at an index, or -1 if the escape may mean a repetition. */
    private static int escapeEnd(String expression, int letter) {
        if (letter >= expression.length()) {
            return -1;
        }
        char c = expression.charAt(letter);
        if (c == 'p' || c == 'P' || c == 'x') {
            return expression.startsWith("{", letter + 1) ? expression.indexOf('}', letter) : -1;
        }
        boolean known = c < 128 && (!Character.isLetterOrDigit(c) || ESCAPES.indexOf(c) >= 0);
        return known ? letter : -1;
    }
}
