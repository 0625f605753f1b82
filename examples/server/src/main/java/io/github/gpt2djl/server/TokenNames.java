package io.github.gpt2djl.server;

import io.github.gpt2djl.Gpt2;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.IntFunction;

/**
 * The names of tokens in log-probabilities, which are keys there: no two tokens share one.
 *
 * <p>A token is called by its text. One whose bytes are no whole characters is called {@code bytes:\xf0\x9f}, as
 * OpenAI's server calls it. One without text, or with the text of a token before it, is called {@code token_id:50258}.
 */
final class TokenNames {
    private final String[] names;

    private TokenNames(String[] names) {
        this.names = names;
    }

    /** The names of a model's tokens. */
    static TokenNames of(Gpt2 gpt2) {
        return of(gpt2.config().vocabularySize(), gpt2.hasTokenizer() ? gpt2::bytes : id -> new byte[0]);
    }

    /**
     * The names of ids below {@code size}.
     *
     * @param bytes what an id spells
     */
    static TokenNames of(int size, IntFunction<byte[]> bytes) {
        String[] names = new String[size];
        Set<String> taken = new HashSet<>();
        for (int id = 0; id < size; id++) {
            String name = spelled(bytes.apply(id));
            if (name.isEmpty() || taken.contains(name)) {
                name = "token_id:" + id;
            }
            // A token can spell this, too.
            while (!taken.add(name)) {
                name = "token_id:" + name;
            }
            names[id] = name;
        }
        return new TokenNames(names);
    }

    String get(int id) {
        return names[id];
    }

    private static String spelled(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "bytes:" + HexFormat.of().withPrefix("\\x").formatHex(bytes);
        }
    }
}
