package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorViewsTest {
    private static final int BEGIN = 13;

    /** Rows, columns and their strides, and the buffer: many blocks, more than are kept, and pieces of odd lengths. */
    @ParameterizedTest
    @CsvSource({
        "1, 60, 80, 1, 60, 4096",
        "1, 60, 80, 1, 60, 1001",
        "3, 70, 50, 1, 150, 8192",
        "1, 3, 9000, 1, 1024, 4096",
        "1, 400, 300, 0, 1, 4096",
        "1, 5, 7, 0, 0, 4",
        "1, 200, 10, 5000, 3, 4096",
    })
    void elementsComeInTheOrderOfTheShape(int planes, int rows, int columns, int down, int right, int buffer)
            throws IOException {
        long elements = (long) planes * rows * columns;
        // Neighbouring planes are as far apart as rows are high.
        List<Long> strides = List.of((long) down * rows, (long) down, (long) right);
        long last = (planes - 1) * strides.get(0) + (rows - 1L) * down + (columns - 1L) * right;
        TensorInfo info = new TensorInfo(
                "w", DType.I32, List.of((long) planes, (long) rows, (long) columns), BEGIN, BEGIN + 4 * elements);
        SingleFile file = new SingleFile(new Numbers(BEGIN + 4 * (last + 1)), Map.of("w", info), Map.of());
        TensorViews views = new TensorViews(file, Map.of("w", new TensorViews.View(strides, BEGIN + 4 * (last + 1))));
        long[] next = {0};
        views.read(info, ByteBuffer.allocate(buffer), piece -> {
            long left = 4 * (elements - next[0]);
            assertThat((long) piece.remaining()).isEqualTo(Math.min(left, buffer / 4 * 4));
            for (piece.order(ByteOrder.LITTLE_ENDIAN); piece.hasRemaining(); next[0]++) {
                long plane = next[0] / columns / rows;
                long row = next[0] / columns % rows;
                assertThat((long) piece.getInt())
                        .isEqualTo(plane * strides.get(0) + row * down + next[0] % columns * right);
            }
        });
        assertThat(next[0]).isEqualTo(elements);
    }

    /** A file of the numbers 0, 1, 2 … that ends where the last element does. */
    private record Numbers(long size) implements DataFile {
        @Override
        public String name() {
            return "numbers";
        }

        @Override
        public void read(long position, ByteBuffer target) {
            assertThat(position + target.remaining()).isLessThanOrEqualTo(size);
            for (long at = position - BEGIN; target.hasRemaining(); at++) {
                target.put((byte) (at / 4 >>> at % 4 * 8));
            }
        }

        @Override
        public void close() {}
    }
}
