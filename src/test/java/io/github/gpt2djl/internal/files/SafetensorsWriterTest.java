package io.github.gpt2djl.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.files.Floats;
import io.github.gpt2djl.internal.files.Safetensors;
import io.github.gpt2djl.internal.files.SafetensorsWriter;
import io.github.gpt2djl.testing.MemoryTensors;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Test
    void theBytesAreThoseOfTheFormat() throws IOException {
        MemoryTensors tensors = new MemoryTensors()
                .put("mask", DType.U8, new byte[] {1, 0, 1}, 1, 3)
                .put("a", new float[] {1, -2}, 2)
                .put("none", new float[0], 0)
                .put("ä\"", new float[] {.5f}, 1, 1);
        Path file = folder.resolve("x.safetensors");
        SafetensorsWriter.write(file, tensors, DType.F16, Map.of("step", "7"));
        String header = "{\"__metadata__\":{\"format\":\"pt\",\"step\":\"7\"},"
                + "\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                + "\"none\":{\"dtype\":\"F16\",\"shape\":[0],\"data_offsets\":[4,4]},"
                + "\"ä\\\"\":{\"dtype\":\"F16\",\"shape\":[1,1],\"data_offsets\":[4,6]},"
                + "\"mask\":{\"dtype\":\"U8\",\"shape\":[1,3],\"data_offsets\":[6,9]}}";
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        int length = (json.length + 7) / 8 * 8;
        ByteBuffer expected = ByteBuffer.allocate(8 + length + 9).order(ByteOrder.LITTLE_ENDIAN);
        expected.putLong(length).put(json);
        while (expected.position() < 8 + length) {
            expected.put((byte) ' ');
        }
        expected.putShort((short) 0x3c00).putShort((short) 0xc000).putShort((short) 0x3800);
        expected.put(new byte[] {1, 0, 1});
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void anyTypeBecomesAnyOther(DType from) throws IOException {
        TestCheckpoint model = TestCheckpoint.tiny();
        model.write(folder.resolve("from"), from, TestCheckpoint.Form.SHUFFLED_UNALIGNED);
        try (Checkpoint source = Checkpoint.open(folder.resolve("from"))) {
            for (DType to : List.of(DType.F32, DType.F16, DType.BF16)) {
                Path expected = model.write(folder.resolve("expected"), to, TestCheckpoint.Form.PLAIN)
                        .resolve("model.safetensors");
                Path file = folder.resolve(to + ".safetensors");
                SafetensorsWriter.write(file, source.tensors(), to, Map.of());
                try (TensorFile written = Safetensors.read(DataFile.open(file));
                        TensorFile same = Safetensors.read(DataFile.open(expected))) {
                    assertThat(written.names()).isEqualTo(source.tensors().names());
                    for (String name : written.names()) {
                        assertThat(TensorBytes.of(written, written.find(name)))
                                .as(name)
                                .isEqualTo(TensorBytes.of(same, same.find(name)));
                    }
                }
            }
        }
    }

    /** A piece has half a million numbers. */
    @Test
    void tensorsOfSeveralPiecesAndTheProgress() throws IOException {
        float[] values = new float[1_300_001];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Path file = folder.resolve("x.safetensors");
        long[] last = {0, 0};
        MemoryTensors tensors = new MemoryTensors().put("a", values, values.length);
        SafetensorsWriter.write(file, tensors, tensors.names(), DType.BF16, Map.of(), (written, total) -> {
            assertThat(written).isBetween(last[0] + 1, total);
            last[0] = written;
            last[1] = total;
        });
        assertThat(last).containsExactly(Files.size(file), Files.size(file));
        try (TensorFile written = Safetensors.read(DataFile.open(file))) {
            ByteBuffer bytes = TensorBytes.of(written, written.find("a"));
            for (int i = 0; i < values.length; i += 997) {
                float read = Float.intBitsToFloat(bytes.getShort(2 * i) << 16);
                assertThat((double) read).isBetween(i * (1 - 0x1p-8), i * (1 + 0x1p-8));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "F16 | 65520 | has 65520.0, beyond the range of F16; take f32 or bf16",
                "F16 | -1e30 | has -1.0E30, beyond the range of F16; take f32 or bf16",
                "BF16 | 3.4e38 | has 3.4E38, beyond the range of BF16; take f32",
            })
    void whatIsBeyondTheRangeIsRejectedAndTheOldFileStays(DType dtype, float value, String message) throws IOException {
        Path file = folder.resolve("x.safetensors");
        Files.writeString(file, "old");
        MemoryTensors tensors = new MemoryTensors().put("h.1", new float[] {0, value}, 2);
        assertThatThrownBy(() -> SafetensorsWriter.write(file, tensors, dtype, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor h.1 of memory " + message);
        assertThat(file).hasContent("old");
        assertThat(files()).containsExactly(file);
    }

    @Test
    void infinityAndNanStay() throws IOException {
        MemoryTensors tensors = new MemoryTensors()
                .put("a", new float[] {Float.NEGATIVE_INFINITY, Float.NaN, 65519, Float.intBitsToFloat(0x7f800001)}, 4);
        Path file = folder.resolve("x.safetensors");
        SafetensorsWriter.write(file, tensors, DType.F16, Map.of());
        try (TensorFile written = Safetensors.read(DataFile.open(file))) {
            float[] read = new float[4];
            Floats.read(TensorBytes.of(written, written.find("a")), DType.F16, read);
            assertThat(read).containsExactly(Float.NEGATIVE_INFINITY, Float.NaN, 65504, Float.NaN);
        }
    }

    @Test
    void aTypeOrATensorThatCannotBeWrittenIsNamed() {
        Path file = folder.resolve("x.safetensors");
        MemoryTensors tensors = new MemoryTensors().put("a", new float[] {1}, 1);
        assertThatThrownBy(() -> SafetensorsWriter.write(file, tensors, DType.F64, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("dtype is F64, expected F32, F16 or BF16");
        assertThatThrownBy(() ->
                        SafetensorsWriter.write(file, tensors, List.of("b"), DType.F32, Map.of(), SaveProgress.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory names tensor b, and does not find it");
        assertThat(file).doesNotExist();
    }

    /** A source that breaks off, or gives another number of bytes than it told. */
    @Test
    void aSourceThatFailsLeavesNothing() throws IOException {
        TestCheckpoint.tiny().write(folder.resolve("from"));
        Path source = folder.resolve("from/model.safetensors");
        Path file = folder.resolve("x.safetensors");
        try (TensorFile tensors = Safetensors.read(DataFile.open(source))) {
            byte[] bytes = Files.readAllBytes(source);
            Files.write(source, Arrays.copyOf(bytes, bytes.length - 9));
            assertThatThrownBy(() -> SafetensorsWriter.write(file, tensors, DType.F32, Map.of()))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessageContaining("it was changed while it was read");
        }
        MemoryTensors fewer = new MemoryTensors().put("a", new float[3], 3).cut("a", 8);
        assertThatThrownBy(() -> SafetensorsWriter.write(file, fewer, DType.F16, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory: tensor a F32 [3] has 4 bytes as F16, expected 6");
        assertThat(files()).containsExactly(folder.resolve("from"));
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
