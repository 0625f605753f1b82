package io.github.gpt2djl.internal.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece's table of characters and their replacements: a trie of UTF-8 in a double array, then the replacements,
 * each followed by a zero. The native library ends the process on a table with an index out of range.
 *
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/normalizer.cc">DecodePrecompiledCharsMap</a>
 */
final class Charsmap {
    /** The maximum length of a replacement. NFKC's longest replacement has 33 bytes. */
    private static final int LONGEST = 64;

    private static final int GRAPHEME = 6;
    private static final Pattern GRAPHEMES = Pattern.compile("\\X");

    private final IntBuffer trie;
    private final byte[] texts;

    private Charsmap(IntBuffer trie, byte[] texts) {
        this.trie = trie;
        this.texts = texts;
    }

    /** Reads a table, or returns null if it is damaged. */
    static @Nullable Charsmap read(byte[] bytes) {
        if (bytes.length < Integer.BYTES) {
            return null;
        }
        ByteBuffer all = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int size = all.getInt();
        if (size < Integer.BYTES || size % Integer.BYTES != 0 || size > all.remaining()) {
            return null;
        }
        IntBuffer trie =
                all.slice(Integer.BYTES, size).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
        byte[] texts = Arrays.copyOfRange(bytes, Integer.BYTES + size, bytes.length);
        Charsmap map = new Charsmap(trie, texts);
        return map.isWhole() ? map : null;
    }

    private boolean isWhole() {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
        } catch (CharacterCodingException e) {
            return false;
        }
        BitSet seen = new BitSet(trie.limit());
        Deque<Integer> open = new ArrayDeque<>();
        int root = offset(trie.get(0));
        if (root >= trie.limit()) {
            return false;
        }
        seen.set(root);
        open.add(root);
        while (!open.isEmpty()) {
            int node = open.remove();
            for (int b = 1; b < 256; b++) {
                int at = node ^ b;
                if (at >= trie.limit()) {
                    return false;
                }
                if (label(trie.get(at)) != b) {
                    continue;
                }
                int next = at ^ offset(trie.get(at));
                if (next >= trie.limit() || (hasLeaf(trie.get(at)) && !isText(value(trie.get(next))))) {
                    return false;
                }
                if (!seen.get(next)) {
                    seen.set(next);
                    open.add(next);
                }
            }
        }
        return true;
    }

    private boolean isText(int index) {
        return index <= texts.length
                && (index == texts.length || (texts[index] & 0xC0) != 0x80)
                && end(index) - index <= LONGEST;
    }

    /**
     * Replaces the characters of a text. The characters of a grapheme are replaced at once if the table has the
     * grapheme.
     */
    String normalize(String text) {
        StringBuilder normalized = new StringBuilder();
        Matcher graphemes = GRAPHEMES.matcher(text);
        while (graphemes.find()) {
            String grapheme = graphemes.group();
            byte[] bytes = grapheme.getBytes(StandardCharsets.UTF_8);
            String whole = bytes.length < GRAPHEME ? replacement(bytes) : null;
            if (whole != null) {
                normalized.append(whole);
                continue;
            }
            grapheme.codePoints().mapToObj(Character::toString).forEach(c -> {
                String other = replacement(c.getBytes(StandardCharsets.UTF_8));
                normalized.append(other == null ? c : other);
            });
        }
        return normalized.toString();
    }

    /** Returns the replacement of the shortest entry with which the characters begin, or null. */
    private @Nullable String replacement(byte[] characters) {
        int node = offset(trie.get(0));
        for (byte character : characters) {
            int b = character & 255;
            int at = node ^ b;
            if (b == 0 || label(trie.get(at)) != b) {
                return null;
            }
            node = at ^ offset(trie.get(at));
            if (hasLeaf(trie.get(at))) {
                int index = value(trie.get(node));
                return new String(texts, index, end(index) - index, StandardCharsets.UTF_8);
            }
        }
        return null;
    }

    private int end(int index) {
        int end = index;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        return end;
    }

    private static boolean hasLeaf(int unit) {
        return (unit >> 8 & 1) == 1;
    }

    private static int value(int unit) {
        return unit & Integer.MAX_VALUE;
    }

    private static int label(int unit) {
        return unit & (Integer.MIN_VALUE | 0xFF);
    }

    private static int offset(int unit) {
        return (unit >>> 10) << ((unit & 1 << 9) >> 6);
    }
}
