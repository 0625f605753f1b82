package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Narrow floats against their definition: of sign, exponent and mantissa the value, of all values the nearest, of two
 * the one whose last bit is 0.
 */
class FloatsTest {
    private static final int COUNT = 100_000;

    @ParameterizedTest
    @CsvSource({"F16, 5, 10", "BF16, 8, 7"})
    void everyPatternHasItsValueAndComesBack(DType type, int exponentBits, int mantissaBits) {
        for (int bits = 0; bits < 1 << 16; bits++) {
            double expected = value(bits, exponentBits, mantissaBits);
            float read = read((short) bits, type);
            // Tells 0 from -0, and finds NaN equal to itself.
            assertThat(Double.compare(read, expected)).isZero();
            if (Double.isNaN(expected)) {
                assertThat(value(write(read, type), exponentBits, mantissaBits)).isNaN();
            } else {
                assertThat(write(read, type)).isEqualTo(bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"F16, 5, 10", "BF16, 8, 7"})
    void randomFloatsBecomeTheNearest(DType type, int exponentBits, int mantissaBits) {
        TreeMap<Double, Integer> values = new TreeMap<>();
        for (int bits = 0; value(bits, exponentBits, mantissaBits) < Double.POSITIVE_INFINITY; bits++) {
            values.put(value(bits, exponentBits, mantissaBits), bits);
        }
        int infinity = values.size();
        // What would be next is where infinity begins.
        double next = 2 * values.lastKey() - values.lowerKey(values.lastKey());
        values.put(next, infinity);
        Random random = new Random(16);
        for (int i = 0; i < COUNT; i++) {
            float number = number(random, i, type, values);
            int found = write(number, type);
            assertThat(found & 0x8000).isEqualTo(Float.floatToIntBits(number) >>> 16 & 0x8000);
            int expected = Float.isInfinite(number) ? infinity : nearest(values, Math.abs((double) number));
            assertThat(found & 0x7fff).as("%s %a", type, number).isEqualTo(expected);
            assertThat(Floats.overflow(new float[] {1, number}, 2, type))
                    .isEqualTo(expected == infinity && !Float.isInfinite(number) ? 1 : -1);
        }
    }

    /** Any bits, bits of the type's range, and what is halfway between two of its values. */
    private static float number(Random random, int i, DType type, TreeMap<Double, Integer> values) {
        while (true) {
            int bits = random.nextInt();
            float any = Float.intBitsToFloat(bits);
            float number = switch (i % 3) {
                case 0 -> any;
                case 1 -> read((short) bits, type) * (1 + random.nextInt(5) * 0x1p-12f);
                default -> halfway(read((short) bits, type), values);
            };
            if (!Float.isNaN(number)) {
                return number;
            }
        }
    }

    private static float halfway(float number, TreeMap<Double, Integer> values) {
        Double above = values.higherKey((double) Math.abs(number));
        return above == null ? number : Math.copySign((float) ((Math.abs(number) + above) / 2), number);
    }

    private static int nearest(TreeMap<Double, Integer> values, double number) {
        Map.Entry<Double, Integer> below = values.floorEntry(number);
        Map.Entry<Double, Integer> above = values.ceilingEntry(number);
        if (above == null) {
            return values.lastEntry().getValue();
        }
        double under = number - below.getKey();
        double over = above.getKey() - number;
        if (under == over) {
            return below.getValue() % 2 == 0 ? below.getValue() : above.getValue();
        }
        return under < over ? below.getValue() : above.getValue();
    }

    private static double value(int bits, int exponentBits, int mantissaBits) {
        int mantissa = bits & ((1 << mantissaBits) - 1);
        int exponent = bits >>> mantissaBits & ((1 << exponentBits) - 1);
        int bias = (1 << (exponentBits - 1)) - 1;
        double sign = bits >>> 15 == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1) {
            return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        double fraction = Math.scalb((double) mantissa, -mantissaBits);
        return exponent == 0 ? sign * Math.scalb(fraction, 1 - bias) : sign * Math.scalb(1 + fraction, exponent - bias);
    }

    private static float read(short bits, DType type) {
        float[] value = new float[1];
        ByteBuffer piece = ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort(0, bits);
        assertThat(Floats.read(piece, type, value)).isEqualTo(1);
        return value[0];
    }

    private static int write(float value, DType type) {
        ByteBuffer piece = Floats.write(new float[] {value}, 1, type, ByteBuffer.allocate(4));
        assertThat(piece.remaining()).isEqualTo(2);
        return piece.order(ByteOrder.LITTLE_ENDIAN).getShort() & 0xffff;
    }

    /** To the nearest float, of two the even one, as Java's and torch's conversions do. */
    @Test
    void doublesAreRounded() {
        double[] doubles = {1 / 3., 1 + 0x1p-24, 1 + 0x1.8p-23, -1e300, 1e-60, Double.NaN};
        ByteBuffer bytes = ByteBuffer.allocate(8 * doubles.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(doubles);
        float[] floats = new float[doubles.length];
        assertThat(Floats.read(bytes, DType.F64, floats)).isEqualTo(doubles.length);
        assertThat(floats).containsExactly(0x1.555556p-2f, 1, 1 + 0x1p-22f, Float.NEGATIVE_INFINITY, 0, Float.NaN);
    }
}
