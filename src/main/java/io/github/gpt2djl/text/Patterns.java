package io.github.gpt2djl.text;

import java.util.Map;
import java.util.Set;

/**
 * The regular expressions that a tokenizer may have without being trusted: those of published models, and those that
 * cannot try a text again and again. Any other may run for years on a short text.
 */
final class Patterns {
    private static final int LONGEST = 16_384;
    private static final int MOST_OPTIONAL = 4;
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
            // What transformers makes of a SentencePiece model.
            "\\A +| +\\z",
            "\\A +|[ ▁]+\\z",
            " {2,}",
            "\\A▁");

    /** Where an expression tries a run of spaces once from each of them: the same, tried from the first only. */
    private static final Map<String, String> FASTER = Map.of(
            "\\A +| +\\z", "\\A +|(?<! ) +\\z",
            "\\A +|[ ▁]+\\z", "\\A +|(?<![ ▁])[ ▁]+\\z");

    private Patterns() {}

    /** An expression that finds the same, and takes no longer for twice a text than twice as long. */
    static String faster(String expression) {
        return FASTER.getOrDefault(expression, expression);
    }

    /** Whether an expression certainly comes to an end soon. */
    static boolean ends(String expression) {
        return PUBLISHED.contains(expression) || (expression.length() <= LONGEST && !repeats(expression));
    }

    /** Whether an expression is found in no empty text. */
    static boolean isPublished(String expression) {
        return PUBLISHED.contains(expression);
    }

    /**
     * Whether an expression may have more than characters, classes, anchors and alternations of them, some of them
     * optional, and an endless repetition of a single one at an alternative's end.
     */
    private static boolean repeats(String expression) {
        int depth = 0;
        int optional = 0;
        boolean single = false;
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            switch (c) {
                case '\\' -> i = escapeEnd(expression, i + 1);
                case '[' -> i = classEnd(expression, i);
                case '(' -> {
                    depth++;
                    i += expression.startsWith("(?:", i) ? 2 : 0;
                }
                case ')' -> depth--;
                case '?' -> optional++;
                case '*', '+' -> single &= depth == 0 && endsAlternative(expression, i + 1);
                default -> {}
            }
            boolean quantifier = c == '?' || c == '*' || c == '+';
            if (i < 0 || c == '{' || (quantifier && !single) || optional > MOST_OPTIONAL) {
                return true;
            }
            single = !quantifier && "(|)^$".indexOf(c) < 0;
        }
        return false;
    }

    private static boolean endsAlternative(String expression, int at) {
        return at == expression.length() || expression.charAt(at) == '|';
    }

    /** The last index of the class that begins at an index, or -1 if it holds another. */
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

    /** The last index of the escape whose letter is at an index, or -1 if it may mean a repetition. */
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
