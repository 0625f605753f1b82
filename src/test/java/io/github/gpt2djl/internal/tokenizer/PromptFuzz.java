package io.github.gpt2djl.internal.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import io.github.gpt2djl.testing.ShippedVocabulary;
import io.github.gpt2djl.tokenizer.Detokenizer;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a prompt, read as UTF-8 and as UTF-16: what can be encoded comes back as it was. */
class PromptFuzz {
    private static final int SIZE = ShippedVocabulary.SIZE;
    private static final Tokenizer SHIPPED = shipped();

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void encode(byte[] bytes) {
        check(new String(bytes, StandardCharsets.UTF_8));
        StringBuilder utf16 = new StringBuilder();
        for (int i = 0; i + 1 < bytes.length; i += 2) {
            utf16.append((char) ((bytes[i] & 255) << 8 | bytes[i + 1] & 255));
        }
        check(utf16.toString());
    }

    private static void check(String text) {
        for (boolean split : new boolean[] {false, true}) {
            int[] ids;
            try {
                ids = SHIPPED.encode(text, split);
            } catch (IllegalArgumentException e) {
                // Documented, for a lone surrogate; those are what no encoder takes.
                require(!StandardCharsets.UTF_16.newEncoder().canEncode(text), "rejected", text);
                continue;
            }
            require(SHIPPED.minTokenCount(text) <= ids.length, "minTokenCount is more than the ids of", text);
            require(Arrays.stream(ids).allMatch(id -> id >= 0 && id < SIZE), "has ids out of range:", text);
            require(SHIPPED.decode(ids, false).equals(text), "does not give back", text);
            require(streamed(ids).equals(text), "streams otherwise:", text);
            require(Arrays.equals(ids, inParts(text, split)), "differs in parts:", text);
        }
    }

    private static String streamed(int[] ids) {
        Detokenizer pieces = SHIPPED.detokenizer(false);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ids.length; i++) {
            String piece = pieces.add(ids[i], i == ids.length - 1);
            require(Surrogates.lone(piece) < 0, "has half a character in", piece);
            text.append(piece);
        }
        return text.toString();
    }

    /** In the smallest parts that long texts are cut into. */
    private static int[] inParts(String text, boolean split) {
        IntStream ids = IntStream.empty();
        for (int from = 0, to; from < text.length(); from = to) {
            to = Parts.end(text, from, 1);
            ids = IntStream.concat(ids, Arrays.stream(SHIPPED.encode(text.substring(from, to), split)));
        }
        return ids.toArray();
    }

    private static void require(boolean holds, String what, String text) {
        if (!holds) {
            throw new AssertionError(what + " " + text);
        }
    }

    static List<byte[]> seeds() {
        return List.of(
                "ROMEO:\nBut soft,  what light \t\n breaks? 👍🏽 I'll 'S 1234 naïve<|endoftext|>\u0000\u202e\u2066\u200f"
                        .getBytes(StandardCharsets.UTF_8),
                "a\ud83d\ude00 é\u2028\u202e".getBytes(StandardCharsets.UTF_16BE),
                new byte[] {(byte) 0xd8, 0, 0, 'a', (byte) 0xdc, 0});
    }

    private static Tokenizer shipped() {
        try {
            Path file = Path.of("models/shakespeare/tokenizer.json");
            return Tokenizer.load(
                    new TokenizerFiles(file.toString(), Files.readString(file), null), Architecture.GPT2, SIZE);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
