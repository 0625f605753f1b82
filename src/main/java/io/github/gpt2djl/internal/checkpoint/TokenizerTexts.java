package io.github.gpt2djl.internal.checkpoint;

import io.github.gpt2djl.MalformedCheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Converts the texts of a tokenizer's files to bytes and back. */
public final class TokenizerTexts {
    private TokenizerTexts() {}

    /** Returns the files by name. */
    public static Map<String, byte[]> files(String json, @Nullable String merges, Map<String, String> beside) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        beside.forEach((name, text) -> files.put(name, utf8(text)));
        files.put(merges == null ? "tokenizer.json" : "vocab.json", utf8(json));
        if (merges != null) {
            files.put("merges.txt", utf8(merges));
        }
        return files;
    }

    /** Encodes a text in UTF-8. Half a surrogate pair, which UTF-8 cannot encode, becomes an escape of JSON. */
    private static byte[] utf8(String text) {
        String whole = StandardCharsets.UTF_8.newEncoder().canEncode(text)
                ? text
                : text.codePoints()
                        .mapToObj(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE
                                ? String.format(Locale.ROOT, "\\u%04x", c)
                                : Character.toString(c))
                        .collect(Collectors.joining());
        return whole.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the text of a file, or null if there is no file. */
    public static @Nullable String text(String folder, String file, byte @Nullable [] bytes)
            throws MalformedCheckpointException {
        try {
            return bytes == null
                    ? null
                    : StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedCheckpointException(
                    folder + file, "is not UTF-8, expected text in UTF-8; download it again", e);
        }
    }
}
