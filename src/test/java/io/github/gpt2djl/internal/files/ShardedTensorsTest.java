package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.testing.TensorBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three tensors of one byte in two files, which note what is done to them. */
class ShardedTensorsTest {
    @TempDir
    Path folder;

    private Path index;
    private final List<String> opened = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();

    @BeforeEach
    void write() throws IOException {
        index = Files.writeString(
                folder.resolve("index.json"),
                "{\"weight_map\": {\"b\": \"2.bin\", \"a\": \"1.bin\", \"c\": \"2.bin\"}}");
        Files.write(folder.resolve("1.bin"), new byte[1]);
        Files.write(folder.resolve("2.bin"), new byte[1]);
    }

    @Test
    void eachFileIsOpenedAndClosedOnce() throws IOException {
        try (ShardedTensors tensors = ShardedTensors.read(index, this::shard)) {
            assertThat(tensors.name()).isEqualTo(index.toString());
            assertThat(tensors.names()).containsExactly("a", "b", "c");
            assertThat(opened).containsExactly("1.bin", "2.bin");
            assertThat(closed).isEmpty();
        }
        assertThat(closed).containsExactlyInAnyOrder("1.bin", "2.bin");
        assertThat(ShardedTensors.files(index)).containsExactly("1.bin", "2.bin");
    }

    @Test
    void aTensorComesFromItsFile() throws IOException {
        try (ShardedTensors tensors = ShardedTensors.read(index, this::shard)) {
            assertThat(TensorBytes.of(tensors, tensors.find("a")).get()).isEqualTo((byte) '1');
            assertThat(TensorBytes.of(tensors, tensors.find("c")).get()).isEqualTo((byte) '2');
            assertThat(tensors.find("d")).isNull();
            TensorInfo unknown = new TensorInfo("d", DType.U8, List.of(1L), 0, 1);
            assertThatThrownBy(() -> TensorBytes.of(tensors, unknown))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("d U8 [1] is not a tensor of " + index);
        }
    }

    @Test
    void onlyTensorsOfOneFileCanBeTheSame() throws IOException {
        try (ShardedTensors tensors = ShardedTensors.read(index, this::shard)) {
            TensorInfo b = tensors.find("b");
            assertThat(tensors.isSame(b, tensors.find("c"))).isTrue();
            assertThat(tensors.isSame(b, tensors.find("a"))).isFalse();
            assertThat(tensors.isSame(b, new TensorInfo("c", DType.U8, List.of(1L), 5, 6)))
                    .isFalse();
            TensorInfo unknown = new TensorInfo("d", DType.U8, List.of(1L), 0, 1);
            assertThat(tensors.isSame(unknown, unknown)).isFalse();
        }
    }

    @Test
    void whatIsOpenIsClosedWhenOneFails() throws IOException {
        Files.delete(folder.resolve("2.bin"));
        assertThatThrownBy(() -> ShardedTensors.read(index, this::shard)).hasMessageContaining("2.bin: the file is");
        assertThat(opened).containsExactly("1.bin");
        assertThat(closed).containsExactly("1.bin");
    }

    /** An index need not name all tensors, nor the right file: transformers takes what the files hold, the last one's. */
    @Test
    void theFilesDecide() throws IOException {
        Files.createDirectory(folder.resolve("part 3"));
        Files.write(folder.resolve("part 3/2.bin"), new byte[1]);
        Files.writeString(index, "{\"weight_map\": {\"a\": \"part 3/2.bin\", \"x\": \"1.bin\"}}");
        try (ShardedTensors tensors = ShardedTensors.read(index, this::shard)) {
            assertThat(tensors.names()).containsExactly("a", "b", "c");
            assertThat(tensors.find("x")).isNull();
        }
        Files.writeString(index, "{\"weight_map\": {\"a\": \"2.bin\", \"b\": \"3.bin\"}}");
        Files.write(folder.resolve("3.bin"), new byte[1]);
        try (ShardedTensors tensors = ShardedTensors.read(index, this::shard)) {
            assertThat(TensorBytes.of(tensors, tensors.find("b")).get()).isEqualTo((byte) '3');
        }
    }

    /** Every tensor of a file is its whole content: the first letter of its name. */
    private TensorFile shard(Path path) {
        String name = path.getFileName().toString();
        opened.add(name);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (String tensor : name.equals("1.bin") ? List.of("a") : List.of("b", "c")) {
            tensors.put(tensor, new TensorInfo(tensor, DType.U8, List.of(1L), 0, 1));
        }
        DataFile data = new DataFile() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long size() {
                return 1;
            }

            @Override
            public void read(long position, ByteBuffer target) {
                target.put((byte) name.charAt(0));
            }

            @Override
            public void close() {
                closed.add(name);
            }
        };
        return new SingleFile(data, tensors, Map.of());
    }
}
