package io.github.gpt2djl.internal.decoder;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys and values of a prefix as 32-bit floats, layer by layer, to be written to a file or read from one.
 *
 * <pre>{@code
 * KvPrefix prefix;
 * KvPrefix copy;
 * try (RunningBatch batch = decoder.prefill(List.of(new int[] {20, 30, 40}), 1, 2)) {
 *     prefix = RowPrefix.copy(batch, 0, new int[] {20, 30, 40}, null, 0);
 * }
 * try (PrefixFloats from = PrefixFloats.of(decoder, prefix, prefix.length());
 *         PrefixFloats to = PrefixFloats.empty(decoder, prefix.ids())) {
 *     for (int layer = 0; layer < decoder.config().layers(); layer++) {
 *         to.setLayer(layer, from.layer(layer));
 *     }
 *     copy = to.keep();
 * }
 * copy.release();
 * prefix.release();
 * }</pre>
 */
public final class PrefixFloats implements AutoCloseable {
    private final RunningBatch batch;
    private final int[] ids;

    private PrefixFloats(Decoder decoder, int[] ids) {
        this.ids = ids;
        batch = decoder.batch(1);
    }

    /**
     * Copies the first tokens of a prefix.
     *
     * @param decoder the model
     * @param prefix has the keys and values
     * @param tokens at least 1
     * @return the copy, to be closed
     */
    public static PrefixFloats of(Decoder decoder, KvPrefix prefix, int tokens) {
        return begin(decoder, Arrays.copyOf(prefix.ids(), tokens), prefix);
    }

    /**
     * Makes room for keys and values, each layer of which must be set.
     *
     * @param decoder the model
     * @param ids at least one
     * @return the room, to be closed
     */
    public static PrefixFloats empty(Decoder decoder, int[] ids) {
        return begin(decoder, ids, null);
    }

    private static PrefixFloats begin(Decoder decoder, int[] ids, @Nullable KvPrefix prefix) {
        PrefixFloats floats = new PrefixFloats(decoder, ids);
        try {
            JoiningRow row = floats.batch.begin(1, ids.length);
            if (prefix == null) {
                row.restoreNothing(ids.length);
            } else {
                row.restore(prefix, ids.length);
            }
            row.run();
            return floats;
        } catch (RuntimeException | Error e) {
            floats.close();
            throw e;
        }
    }

    /**
     * Compares the first tokens of a prefix with the same tokens computed anew: whether the prefix is of this model.
     *
     * @param decoder the model
     * @param prefix its ids must be in range
     * @param tokens maximum number of tokens to compute, at least 1
     * @return whether they are equal apart from rounding
     */
    public static boolean isFrom(Decoder decoder, KvPrefix prefix, int tokens) {
        int[] ids = Arrays.copyOf(prefix.ids(), Math.min(tokens, prefix.length()));
        try (PrefixFloats found = of(decoder, prefix, ids.length);
                PrefixFloats expected = new PrefixFloats(decoder, ids)) {
            expected.batch.join(List.of(ids), 1, ids.length);
            double difference = 0;
            double all = 0;
            for (int layer = 0; layer < decoder.config().layers(); layer++) {
                float[] a = found.layer(layer);
                float[] b = expected.layer(layer);
                for (int i = 0; i < a.length; i++) {
                    difference += Math.abs((double) a[i] - b[i]);
                    all += Math.abs((double) b[i]);
                }
            }
            // A half-precision number has 8 bits; rounding errors grow from layer to layer.
            double tolerance = decoder.bytesPerToken()
                            < 8L * decoder.config().layers() * decoder.config().width()
                    ? 0.02
                    : 0.002;
            return difference <= tolerance * all;
        }
    }

    /**
     * The keys and values of a layer.
     *
     * @param layer from 0
     * @return row-major [2, heads, tokens, head size]
     */
    public float[] layer(int layer) {
        return batch.compute((lifetime, memory) -> memory.storage().layer(memory.scope(), layer, ids.length));
    }

    /**
     * Sets the keys and values of a layer.
     *
     * @param layer from 0
     * @param values row-major [2, heads, tokens, head size], finite
     */
    public void setLayer(int layer, float[] values) {
        batch.compute((lifetime, memory) -> {
            memory.storage().setLayer(memory.scope(), layer, ids.length, values);
            return values;
        });
    }

    /** {@return a prefix with these keys and values, which the caller releases} */
    public KvPrefix keep() {
        return RowPrefix.copy(batch, 0, ids, null, 0);
    }

    @Override
    public void close() {
        batch.close();
    }
}
