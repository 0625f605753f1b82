package io.github.gpt2djl.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever tokens spell, each has a name of its own. */
class TokenNamesTest {
    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> names(byte[]... tokens) {
        TokenNames names = TokenNames.of(tokens.length, id -> tokens[id]);
        return IntStream.range(0, tokens.length).mapToObj(names::get).toList();
    }

    @Test
    void wholeCharactersAreTheirText() {
        assertThat(names(text("a"), text(" 天"), text("\n"), text("\uFFFD"), text("😀")))
                .containsExactly("a", " 天", "\n", "\uFFFD", "😀");
    }

    @Test
    void allBytesOfATokenAreSpelledWhereOneIsNoCharacter() {
        byte[] overlong = bytes(0xC0, 0x80);
        byte[] surrogate = bytes(0xED, 0xA0, 0x80);
        assertThat(names(bytes(0xF0, 0x9F), bytes(0x98), bytes(' ', 0xE5), bytes(0x80, 'a'), overlong, surrogate))
                .containsExactly(
                        "bytes:\\xf0\\x9f",
                        "bytes:\\x98",
                        "bytes:\\x20\\xe5",
                        "bytes:\\x80\\x61",
                        "bytes:\\xc0\\x80",
                        "bytes:\\xed\\xa0\\x80");
    }

    @Test
    void tokensOfEqualOrNoTextAreCalledByTheirId() {
        assertThat(names(text("a"), text(""), text("a"), text(""), bytes(0x98), bytes(0x98)))
                .containsExactly("a", "token_id:1", "token_id:2", "token_id:3", "bytes:\\x98", "token_id:5");
    }

    @Test
    void tokensThatSpellSuchNamesAreApartToo() {
        assertThat(names(text("token_id:1"), text(""), text("bytes:\\x98"), bytes(0x98), text("token_id:1")))
                .doesNotHaveDuplicates()
                .startsWith("token_id:1", "token_id:token_id:1", "bytes:\\x98", "token_id:3");
    }
}
