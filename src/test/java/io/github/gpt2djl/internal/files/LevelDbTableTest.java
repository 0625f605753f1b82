package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.testing.BundleWriter;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LevelDB's table format: tables that BundleWriter wrote, and what is wrong with others. */
class LevelDbTableTest {
    /** From the protocol buffers' documentation, and both ends of 64 bits. */
    @ParameterizedTest
    @CsvSource({
        "00, 0",
        "01, 1",
        "7f, 127",
        "8001, 128",
        "9601, 150",
        "ac02, 300",
        "ffffffff0f, 4294967295",
        "ffffffffffffffff7f, 9223372036854775807",
        "ffffffffffffffffff01, -1",
    })
    void varintsAreRead(String hex, long expected) {
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(hex + "05"));
        assertThat(LevelDbTable.varint(in)).isEqualTo(expected);
        assertThat(in.remaining()).isEqualTo(1);
    }

    @Test
    void aVarintHasAtMostTenBytes() {
        byte[] endless = new byte[11];
        Arrays.fill(endless, (byte) 0x80);
        assertThatThrownBy(() -> LevelDbTable.varint(ByteBuffer.wrap(endless)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a varint of more than 64 bits");
    }

    /** CRC-32C of 32 zeros is 8a9136aa (RFC 3720, B.4); stored checksums are rotated and moved. */
    @Test
    void checksumsAreUnmasked() {
        int crc = 0x8a9136aa;
        assertThat(LevelDbTable.unmask(BundleWriter.mask(crc))).isEqualTo(crc).isNotEqualTo(BundleWriter.mask(crc));
        // 0x8a9136aa turned by 15 to the right is 0x6d551522; the sum is without the carry.
        assertThat(LevelDbTable.unmask(0x6d551522 + 0xa282ead8)).isEqualTo(crc);
    }

    /** Long and short keys with common beginnings, values of more than 127 bytes, in three blocks. */
    @Test
    void allEntriesOfAllBlocks() throws MalformedCheckpointException {
        TreeMap<String, byte[]> first = new TreeMap<>();
        TreeMap<String, byte[]> second = new TreeMap<>();
        for (int i = 0; i < 40; i++) {
            first.put("a" + "b".repeat(5 * i), ("value " + i).getBytes(StandardCharsets.US_ASCII));
            second.put("b/" + i, new byte[100 * i]);
        }
        TreeMap<String, byte[]> third = new TreeMap<>(Map.of("c", new byte[] {7}));
        byte[] bytes = BundleWriter.table(List.of(first, second, third));
        TreeMap<String, byte[]> expected = new TreeMap<>(first);
        expected.putAll(second);
        expected.putAll(third);
        Map<String, ByteBuffer> found = LevelDbTable.read("index", bytes);
        assertThat(found.keySet()).containsExactlyElementsOf(expected.keySet());
        found.forEach((key, value) -> {
            byte[] content = new byte[value.remaining()];
            value.get(content);
            assertThat(content).as(key).isEqualTo(expected.get(key));
        });
    }

    @Test
    void aTableHasAFooter() throws MalformedCheckpointException {
        byte[] empty = BundleWriter.table(List.of());
        assertThat(LevelDbTable.read("index", empty)).isEmpty();
        assertRejected(Arrays.copyOf(empty, 47), "it has 47 bytes, expected at least 48");
        assertRejected(new byte[48], "it does not end with a LevelDB table's magic number");
        assertRejected(Arrays.copyOf(empty, empty.length - 1), "magic number; it is truncated, or no index");
    }

    @Test
    void everyBlockIsPlainAndWhole() {
        SortedMap<String, byte[]> entries = new TreeMap<>(Map.of("key", new byte[] {1, 2, 3}));
        byte[] table = BundleWriter.table(List.of(entries));
        // 3 varints, the key, the value, one restart and their number.
        int size = 3 + 3 + 3 + 4 + 4;
        byte[] compressed = table.clone();
        compressed[size] = 1;
        assertRejected(compressed, "the block at 0 is compressed (type 1), expected type 0");
        for (int at : new int[] {0, 5, size - 1, size + 1, size + 4}) {
            byte[] damaged = table.clone();
            damaged[at] ^= 0x10;
            assertRejected(damaged, "the checksum of the block at 0 is wrong; download it again");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Offset and size of a data block in a table of less than 128 bytes.
        "7f00, 'a block begins or ends at byte 127 of '",
        "0080808080808001, 'a block begins or ends at byte 4398046511104 of '",
        "ffffffffffffffffff0100, 'a block begins or ends at byte 18446744073709551615 of '",
        "00, the table is damaged",
        "'', the table is damaged",
    })
    void handlesLeadIntoTheTable(String handle, String message) {
        byte[] bytes = HexFormat.of().parseHex(handle);
        byte[] table = BundleWriter.table(new ByteArrayOutputStream(), new TreeMap<>(Map.of("n", bytes)));
        assertThat(table.length).isLessThan(128);
        assertRejected(table, message);
    }

    /** Handles of the same block again and again could name more entries than memory holds. */
    @Test
    void blocksDoNotOverlap() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        byte[] handle = BundleWriter.block(file, new TreeMap<>(Map.of("key", new byte[100])));
        TreeMap<String, byte[]> handles = new TreeMap<>();
        for (char c = 'n'; c < 's'; c++) {
            handles.put(Character.toString(c), handle);
        }
        assertRejected(BundleWriter.table(file, handles), "its blocks overlap");
    }

    /** A block of one entry {shared, rest, value length, ...} and its restarts, with a right checksum. */
    @ParameterizedTest
    @CsvSource({
        // Shares a byte with a key before that there is not.
        "0101006b 00000000 01000000",
        // A key of 5 bytes where there are 2, and a value of 5.
        "0005006b6b 00000000 01000000",
        "0001056b 00000000 01000000",
        // A key of -1 bytes.
        "00ffffffffffffffffff01006b 00000000 01000000",
        // More restarts than bytes; so many that their bytes are no int.
        "0001006b 00000000 09000000",
        "0001006b 00000000 00000040",
        "0001006b 00000000 ffffffff",
    })
    void damagedBlocksAreRejected(String block) {
        byte[] content = HexFormat.of().parseHex(block.replace(" ", ""));
        byte[] handle = {0, (byte) content.length};
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(content);
        file.write(0);
        CRC32C crc = new CRC32C();
        crc.update(file.toByteArray());
        int masked = BundleWriter.mask((int) crc.getValue());
        for (int i = 0; i < 4; i++) {
            file.write(masked >>> (8 * i));
        }
        assertRejected(
                BundleWriter.table(file, new TreeMap<>(Map.of("n", handle))),
                "the table is damaged; download it again");
    }

    private static void assertRejected(byte[] table, String message) {
        assertThatThrownBy(() -> LevelDbTable.read("index", table))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith("index: ")
                .hasMessageContaining(message);
    }
}
