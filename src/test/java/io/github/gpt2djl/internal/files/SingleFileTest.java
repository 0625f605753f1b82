package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ten digits as a file: pieces, checksums, closing. */
class SingleFileTest {
    private static final byte[] DIGITS = "0123456789".getBytes(StandardCharsets.US_ASCII);
    private static final TensorInfo MIDDLE = info("middle", 2, 9);

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTensorComesInPiecesThatFillTheBuffer(boolean onDisk) throws IOException {
        DataFile data = onDisk ? onDisk() : inMemory();
        assertThat(data.size()).isEqualTo(10);
        assertThat(data.name()).endsWith("digits");
        try (SingleFile file = file(data, Map.of())) {
            assertThat(file.name()).isEqualTo(data.name());
            assertThat(pieces(file, MIDDLE, 3)).containsExactly("234", "567", "8");
            assertThat(pieces(file, MIDDLE, 7)).containsExactly("2345678");
            assertThat(pieces(file, info("end", 9, 10), 3)).containsExactly("9");
            assertThat(pieces(file, info("none", 4, 4), 3)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theRestOfABufferIsFilled(boolean onDisk) throws IOException {
        ByteBuffer target = ByteBuffer.wrap("ab____g".getBytes(StandardCharsets.US_ASCII));
        target.position(2).limit(6);
        try (DataFile data = onDisk ? onDisk() : inMemory()) {
            data.read(3, target);
        }
        assertThat(target.hasRemaining()).isFalse();
        assertThat(new String(target.array(), StandardCharsets.US_ASCII)).isEqualTo("ab3456g");
    }

    @Test
    void aChecksumIsComparedAfterTheLastPiece() throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(DIGITS, 2, 7);
        int right = (int) crc.getValue();
        try (SingleFile file = file(inMemory(), Map.of("middle", right))) {
            assertThat(pieces(file, MIDDLE, 3)).hasSize(3);
        }
        try (SingleFile file = file(inMemory(), Map.of("middle", right ^ 1))) {
            List<String> seen = new ArrayList<>();
            assertThatThrownBy(() -> file.read(MIDDLE, ByteBuffer.allocate(4), piece -> seen.add(text(piece))))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessage("digits: the checksum of tensor middle is wrong; download it again");
            assertThat(seen).containsExactly("2345", "678");
        }
    }

    @Test
    void aFileThatHasBecomeShorterIsAnError() throws IOException {
        try (DataFile data = onDisk()) {
            Files.write(folder.resolve("digits"), new byte[4]);
            assertThatThrownBy(() -> data.read(2, ByteBuffer.allocate(3)))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessageEndingWith("the file had 10 bytes and has 4 now; it was changed while it was read,"
                            + " load it again");
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> data.read(0, ByteBuffer.allocate(3))).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void theSameBytesAreTheSameTensor() throws IOException {
        TensorInfo one = new TensorInfo("a", DType.F32, List.of(2L), 0, 8);
        try (SingleFile file = file(inMemory(), Map.of())) {
            assertThat(file.isSame(one, new TensorInfo("b", DType.F32, List.of(2L), 0, 8)))
                    .isTrue();
            assertThat(file.isSame(one, new TensorInfo("b", DType.F32, List.of(2L), 1, 8)))
                    .isFalse();
            assertThat(file.isSame(one, new TensorInfo("b", DType.F32, List.of(2L), 0, 9)))
                    .isFalse();
            assertThat(file.isSame(one, new TensorInfo("b", DType.I32, List.of(2L), 0, 8)))
                    .isFalse();
            assertThat(file.isSame(one, new TensorInfo("b", DType.F32, List.of(1L, 2L), 0, 8)))
                    .isFalse();
        }
        assertThat(one).hasToString("a F32 [2]");
    }

    @Test
    void theBytesAreClosedWithTheFile() throws IOException {
        DataFile data = onDisk();
        file(data, Map.of()).close();
        assertThatThrownBy(() -> data.read(0, ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
        // A reader that fails closes what it has been given.
        DataFile digits = onDisk();
        assertThatThrownBy(() -> Safetensors.read(digits)).isInstanceOf(MalformedCheckpointException.class);
        assertThatThrownBy(() -> digits.read(0, ByteBuffer.allocate(1))).isInstanceOf(IOException.class);
    }

    private DataFile onDisk() throws IOException {
        return DataFile.open(Files.write(folder.resolve("digits"), DIGITS));
    }

    private static DataFile inMemory() throws IOException {
        return DataFile.inMemory("digits", new ByteArrayInputStream(DIGITS));
    }

    private static SingleFile file(DataFile data, Map<String, Integer> checksums) {
        return new SingleFile(data, Map.of("middle", MIDDLE), checksums);
    }

    private static TensorInfo info(String name, long begin, long end) {
        return new TensorInfo(name, DType.U8, List.of(end - begin), begin, end);
    }

    private static List<String> pieces(TensorFile file, TensorInfo tensor, int size) throws IOException {
        List<String> pieces = new ArrayList<>();
        file.read(tensor, ByteBuffer.allocate(size), piece -> pieces.add(text(piece)));
        return pieces;
    }

    private static String text(ByteBuffer piece) {
        return StandardCharsets.US_ASCII.decode(piece).toString();
    }
}
