package io.github.gpt2djl.checkpoint;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One tensor of a file.
 *
 * @param name the tensor's name as stored
 * @param dtype the element type
 * @param shape sizes, outermost first; never negative
 * @param begin its first byte in the file
 * @param end one past the last byte
 */
public record TensorInfo(String name, DType dtype, List<Long> shape, long begin, long end) {

    /** Element types, by their names in the safetensors format. */
    public enum DType {
        BOOL(1),
        U8(1),
        I8(1),
        F8_E5M2(1),
        F8_E4M3(1),
        I16(2),
        U16(2),
        F16(2),
        BF16(2),
        I32(4),
        U32(4),
        F32(4),
        F64(8),
        I64(8),
        U64(8);

        /** Bytes of one element. */
        final int bytes;

        DType(int bytes) {
            this.bytes = bytes;
        }

        static boolean isKnown(String name) {
            return Arrays.stream(values()).anyMatch(d -> d.name().equals(name));
        }
    }

    /** Whether the shape is exactly {@code sizes}. */
    public boolean hasShape(long... sizes) {
        return shape.equals(Arrays.stream(sizes).boxed().toList());
    }

    TensorInfo movedBy(long bytes) {
        return new TensorInfo(name, dtype, shape, begin + bytes, end + bytes);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s %s %s", name, dtype, shape);
    }
}
