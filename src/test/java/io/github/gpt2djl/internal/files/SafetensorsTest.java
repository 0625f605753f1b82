package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.testing.TensorBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatTheHeaderSays() throws IOException {
        String header = "{'__metadata__':{'format':'pt'},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]},"
                + "'a':{'dtype':'F16','shape':[2,1],'data_offsets':[0,4]},"
                + "'none':{'dtype':'I64','shape':[0],'data_offsets':[12,12]}}";
        byte[] data = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(7)
                .putFloat(1.5f)
                .putFloat(-2)
                .array();
        try (TensorFile file = read(header, data)) {
            assertThat(file.names()).containsExactly("b", "a", "none");
            assertThat(file.find("x")).isNull();
            TensorInfo b = file.find("b");
            assertThat(b.hasShape(2)).isTrue();
            assertThat(b.hasShape(1, 2)).isFalse();
            ByteBuffer bytes = TensorBytes.of(file, b);
            assertThat(bytes.getFloat(0)).isEqualTo(1.5f);
            assertThat(bytes.getFloat(4)).isEqualTo(-2);
        }
    }

    @Test
    void aHeaderMayBeAllThereIs() throws IOException {
        try (TensorFile file = read("{}", new byte[0])) {
            assertThat(file.names()).isEmpty();
        }
    }

    @Test
    void anEmptyTensorLiesWithinNoOther() throws IOException {
        String header = "{'none':{'dtype':'F32','shape':[0],'data_offsets':[4,4]},"
                + "'a':{'dtype':'U8','shape':[8],'data_offsets':[0,8]}}";
        try (TensorFile file = read(header, new byte[8])) {
            assertThat(file.names()).containsExactly("none", "a");
        }
    }

    @Test
    void aHeaderEndsWithinTheFile() throws IOException {
        Path path = folder.resolve("model.safetensors");
        Files.write(
                path,
                ByteBuffer.allocate(20)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(13)
                        .array());
        assertThatThrownBy(() -> Safetensors.read(DataFile.open(path)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessage(path + ": the header's length is 13, expected 2 to 12; the file is truncated or not"
                        + " safetensors");
    }

    @Test
    void offsetsAreLong() throws IOException {
        // A sparse file: the second tensor lies beyond 4 GiB.
        long far = 5_000_000_001L;
        String header = "{\"far\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[" + far + "," + (far + 3)
                + "]},\"wide\":{\"dtype\":\"U8\",\"shape\":[" + far + "],\"data_offsets\":[0," + far + "]}}";
        Path path = folder.resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length())
                    .array());
            file.write(header.getBytes(StandardCharsets.US_ASCII));
            file.seek(8 + header.length() + far);
            file.write(new byte[] {1, 2, 3});
        }
        try (TensorFile file = Safetensors.read(DataFile.open(path))) {
            assertThat(TensorBytes.of(file, file.find("far")).get(2)).isEqualTo((byte) 3);
            assertThat(file.find("wide").end()).isEqualTo(8 + header.length() + far);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | the header is not a JSON object",
                "{'a': | the header is not a JSON object",
                "nonsense{ | the header is not a JSON object",
                "{'a':1} | tensor a: expected",
                "{'a':{'dtype':'F32','shape':[2]}} | tensor a: expected",
                "{'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}} | tensor a: expected",
                "{'a':{'dtype':'F32','shape':[1.5],'data_offsets':[0,6]}} | tensor a: expected",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,9]}} | data_offsets has 3 numbers, expected 2",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}} | tensor a: expected",
                "{'a':{'dtype':'Q4','shape':[2],'data_offsets':[0,8]}} | the dtype is Q4, expected F32, F16 or BF16",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | the negative size -2",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[2,9]}} | [2, 9] span 7 bytes, expected 8 for F32 [2]",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | data_offsets are [8, 0]",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | data_offsets are [-8, 0]",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[12,20]}} | within the 16 bytes of data",
                "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,8]}} | tensor a: expected",
                "{'a':{'dtype':'U8','shape':[9],'data_offsets':[0,9]},'b':{'dtype':'U8','shape':[8],"
                        + "'data_offsets':[8,16]}} | begin at 8 inside tensor a, which ends at 9",
            })
    void malformedHeadersAreRejected(String header, String message) {
        assertThatThrownBy(() -> read(header, new byte[16]).close())
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("model.safetensors: ")
                .hasMessageContaining(message);
    }

    @Test
    void deepNestingIsRejected() {
        assertThatThrownBy(
                        () -> read("{'a':" + "[".repeat(100_000), new byte[0]).close())
                .isInstanceOf(MalformedCheckpointException.class);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "7", "8", "20"})
    void truncatedFilesAreRejected(int length) throws IOException {
        Path path = folder.resolve("model.safetensors");
        byte[] whole = ByteBuffer.allocate(40)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(32)
                .array();
        Files.write(path, java.util.Arrays.copyOf(whole, length));
        assertThatThrownBy(() -> Safetensors.read(DataFile.open(path)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageMatching(".*(the file has [017] bytes, expected at least 8|the header's length is 32,).*");
    }

    @ParameterizedTest
    @CsvSource({"-1", "0", "1", "9223372036854775807"})
    void absurdHeaderLengthsAreRejected(long length) throws IOException {
        Path path = folder.resolve("model.safetensors");
        Files.write(
                path,
                ByteBuffer.allocate(64)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .array());
        assertThatThrownBy(() -> Safetensors.read(DataFile.open(path)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("the header's length is " + Long.toUnsignedString(length));
    }

    private TensorFile read(String header, byte[] data) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json).put(data);
        Path path = folder.resolve("model.safetensors");
        Files.write(path, file.array());
        return Safetensors.read(DataFile.open(path));
    }
}
