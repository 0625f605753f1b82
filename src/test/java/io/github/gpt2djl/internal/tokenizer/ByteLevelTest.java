package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GPT-2's alphabet as its published vocabulary shows it. */
class ByteLevelTest {
    /** The first and the last of each run of bytes_to_unicode; Ġ and Ċ are known from vocab.json. */
    @ParameterizedTest
    @CsvSource({
        "0x00, 256",
        "0x0a, 266",
        "0x20, 288",
        "0x21, 33",
        "0x7e, 126",
        "0x7f, 289",
        "0xa0, 322",
        "0xa1, 161",
        "0xac, 172",
        "0xad, 323",
        "0xae, 174",
        "0xff, 255",
    })
    void bytesHaveThePublishedCharacters(int b, int character) {
        assertThat((int) ByteLevel.character(b)).isEqualTo(character);
        assertThat(ByteLevel.bytes(Character.toString(character))).containsExactly(b);
    }

    @Test
    void everyByteHasACharacterOfItsOwn() {
        StringBuilder all = new StringBuilder();
        byte[] bytes = new byte[256];
        for (int b = 0; b < 256; b++) {
            all.append(ByteLevel.character(b));
            bytes[b] = (byte) b;
        }
        assertThat(ByteLevel.bytes(all.toString())).isEqualTo(bytes);
        assertThat(all.chars().distinct().count()).isEqualTo(256);
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "a\u00a0", "\u00ad", "\u0144", "\u01ff", "\u0200", "\uffff", "a漢"})
    void otherCharactersStandForNothing(String token) {
        assertThat(ByteLevel.bytes(token)).isNull();
    }
}
