package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Converts floats from the types of weights and to the three narrower types, little-endian. A narrower type takes the
 * nearest value, and of two equally near values the even one (IEEE 754).
 *
 * <p>Java has its own conversion from version 20 on.
 */
public final class Floats {
    /** The bits of infinity. The bits of a NaN are larger. */
    private static final int INFINITY = 0x7f800000;

    private Floats() {}

    /** Tells whether {@link #write} writes a type. {@link #read} also reads F64. */
    public static boolean isType(DType type) {
        return type == DType.F32 || type == DType.F16 || type == DType.BF16;
    }

    /**
     * Reads the numbers of a piece.
     *
     * @return the number of values
     */
    public static int read(ByteBuffer piece, DType type, float[] target) {
        ByteBuffer from = piece.slice().order(ByteOrder.LITTLE_ENDIAN);
        int count = from.remaining() / type.bytes();
        switch (type) {
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = (float) from.getDouble(8 * i);
                }
            }
            case F32 -> from.asFloatBuffer().get(target, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = ofHalf(from.getShort(2 * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    target[i] = Float.intBitsToFloat(from.getShort(2 * i) << 16);
                }
            }
            default -> throw new IllegalArgumentException(type.toString());
        }
        return count;
    }

    /** Writes values into a buffer from the buffer's start on, and flips the buffer. */
    public static ByteBuffer write(float[] values, int count, DType type, ByteBuffer target) {
        ByteBuffer to = target.clear().limit(count * type.bytes()).slice().order(ByteOrder.LITTLE_ENDIAN);
        switch (type) {
            case F32 -> to.asFloatBuffer().put(values, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    to.putShort(2 * i, half(values[i]));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    to.putShort(2 * i, brain(values[i]));
                }
            }
            default -> throw new IllegalArgumentException(type.toString());
        }
        return target;
    }

    /**
     * Returns the index of the first finite number that is nearer to infinity than to any other number of {@code type},
     * or -1.
     */
    public static int overflow(float[] values, int count, DType type) {
        float limit = switch (type) {
            case F16 -> 65520;
            case BF16 -> Float.intBitsToFloat(0x7f7f8000);
            default -> Float.POSITIVE_INFINITY;
        };
        for (int i = 0; i < count; i++) {
            float size = Math.abs(values[i]);
            if (size >= limit && size < Float.POSITIVE_INFINITY) {
                return i;
            }
        }
        return -1;
    }

    /** Converts to F16: 5 bits of exponent, 10 of mantissa. */
    private static short half(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int size = bits & 0x7fffffff;
        if (size > INFINITY) {
            return (short) (sign | 0x7e00);
        }
        if (size >= Float.floatToRawIntBits(65520)) {
            return (short) (sign | 0x7c00);
        }
        if (size < Float.floatToRawIntBits(0x1p-14f)) {
            // Below the smallest exponent, the values are multiples of 2^-24.
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(size) * 0x1p24f));
        }
        // A full mantissa carries into the exponent.
        int rounded = size + 0xfff + ((size >>> 13) & 1);
        return (short) (sign | ((rounded - ((127 - 15) << 23)) >>> 13));
    }

    private static float ofHalf(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 31;
        int mantissa = half & 0x3ff;
        if (exponent == 0) {
            return Float.intBitsToFloat(Float.floatToRawIntBits(mantissa * 0x1p-24f) | sign);
        }
        int wide = exponent == 31 ? INFINITY : (exponent + 127 - 15) << 23;
        return Float.intBitsToFloat(sign | wide | (mantissa << 13));
    }

    /** Converts to BF16, the upper half of a float. */
    private static short brain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if ((bits & 0x7fffffff) > INFINITY) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
