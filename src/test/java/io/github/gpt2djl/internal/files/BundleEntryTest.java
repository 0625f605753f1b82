package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.testing.BundleWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Entries of TensorFlow's index byte by byte, by tensor_bundle.proto: 08 dtype, 12 shape {12 dim {08 size}}, 18 shard,
 * 20 offset, 28 size, 35 checksum. The data have 64 bytes.
 */
class BundleEntryTest {
    private static final String HEADER = "08011a020801";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "0801 1204 12020802 2808, F32, 2, 0",
        "0813 1204 12020802 2804, F16, 2, 0",
        "080e 1204 12020802 2804, BF16, 2, 0",
        "0801 1208 12020802 12020803 2020 2818, F32, 2 3, 32",
        // A convolution of width 1 is a matrix; another is not.
        "0801 120c 12020801 12020802 12020803 2818, F32, 2 3, 0",
        "0801 120c 12020802 12020801 12020803 2818, F32, 2 1 3, 0",
        "0801 1208 12020801 12020803 280c, F32, 1 3, 0",
        // No shape is a scalar, a dimension without a size is empty.
        "0801 2804, F32, '', 0",
        "0801 1202 1200 2040, F32, 0, 64",
        // The last four bytes; all of them.
        "0801 203c 2804, F32, '', 60",
        "0801 1204 12020810 2840, F32, 16, 0",
        // A field that is not known, with a message in it.
        "0801 3a03010203 2804, F32, '', 0",
    })
    void wellFormed(String entry, DType dtype, String shape, long offset) throws IOException {
        try (TensorFile file = read(HEADER, entry)) {
            TensorInfo found = file.find("wte.weight");
            assertThat(found.dtype()).isEqualTo(dtype);
            assertThat(String.join(
                            " ", found.shape().stream().map(String::valueOf).toList()))
                    .isEqualTo(shape);
            assertThat(found.begin()).isEqualTo(offset);
            long elements = found.shape().stream().reduce(1L, (a, b) -> a * b);
            assertThat(found.end()).isEqualTo(offset + elements * dtype.bytes());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0803 2804, 'has type 3 in shard 0, expected a float in shard 0'",
        "0801 1801 2804, has type 1 in shard 1",
        "2804, has type 0 in shard 0",
        "0801 1204 12020802 2807, 'has offset 0 and size 7, expected 8 bytes for [2] within the data''s 64'",
        "0801 1204 12020802, 'has offset 0 and size 0, expected 8 bytes'",
        "0801 203d 2804, has offset 61 and size 4",
        "0801 20fcffffffffffffffff01 2804, has offset -4",
        "0801 1204 12020811 2844, 'has shape [17], which the data''s 64 bytes cannot hold'",
        "0801 1206 120408808001 2804, 'has shape [16384], which'",
        "0801 120d 120b08ffffffffffffffffff01 2804, 'has shape [-1], which'",
        "0801 1210 12060880808080 10 12060880808080 10 2804, 'has shape [4294967296, 4294967296], which'",
        // A shape of unknown rank, a dimension with a name first, an entry cut off, a fixed64, a longer message.
        "0801 1202 1801 2804, is damaged; download it again",
        "0801 1204 12021201 2804, is damaged",
        "0801 28, is damaged",
        "0801 35010203, is damaged",
        "0801 210102030405060708, is damaged",
        "0801 1205 12020802, is damaged",
        "0801 12ffffffffffffffffff01, is damaged",
    })
    void malformedEntriesAreRejected(String entry, String message) {
        assertThatThrownBy(() -> read(HEADER, entry))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(folder.resolve("index") + ": the entry of model/wte ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({
        "0802, the header says 2 shards and endianness 0",
        "0801 1001, 'the header says 1 shards and endianness 1, expected 1 and 0 (little), as OpenAI published'",
        "'', the header says 0 shards",
        "08, the entry of the header is damaged",
    })
    void headersOfOtherFormsAreRejected(String header, String message) {
        assertThatThrownBy(() -> read(header, "0801 2804"))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anIndexHasAHeader() {
        assertThatThrownBy(() -> read(new TreeMap<>()).close()).hasMessageContaining("the index has no header");
    }

    @Test
    void namesThatAreNoWeightsAreLeftOut() throws IOException {
        TreeMap<String, byte[]> entries = new TreeMap<>();
        entries.put("", bytes(HEADER));
        for (String key : List.of(
                "beta1_power",
                "model/h10/attn/c_attn/w",
                "model/h10/ln_1/g",
                "model/ln_f/b",
                "model/wpe",
                "modelx/wte")) {
            entries.put(key, bytes("0801 2804"));
        }
        try (TensorFile file = read(entries)) {
            assertThat(file.names())
                    .containsExactlyInAnyOrder(
                            "h.10.attn.c_attn.weight", "h.10.ln_1.weight", "ln_f.bias", "wpe.weight");
        }
    }

    private TensorFile read(String header, String entry) throws IOException {
        TreeMap<String, byte[]> entries = new TreeMap<>();
        entries.put("", bytes(header));
        entries.put("model/wte", bytes(entry));
        return read(entries);
    }

    private TensorFile read(TreeMap<String, byte[]> entries) throws IOException {
        Path index = folder.resolve("index");
        Path data = folder.resolve("data");
        Files.write(index, BundleWriter.table(List.of(entries)));
        byte[] content = new byte[64];
        Arrays.fill(content, (byte) 1);
        Files.write(data, content);
        return TensorBundle.read(index, data);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }
}
