package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.DeviceSampling;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A running sequence of a batch. */
final class LoopRow {
    final GeneratedSequence text;
    /** The rules by which the decoder can itself choose the row's tokens; null if it cannot. */
    final @Nullable DeviceSampling deviceSampling;
    /** The number of ids whose keys and values the batch has. */
    int computed;
    /** The index of the first of these ids in the text. */
    private int first;
    /** The place that the row had when the decoder last chose tokens by itself. */
    int column;

    LoopRow(GeneratedSequence text) {
        this.text = text;
        deviceSampling = DeviceSamplingRules.of(text.request().decoding());
    }

    /** Begins, or begins again, with the text's last ids. */
    void begin(int count) {
        computed = count;
        first = text.length() - count;
    }

    /** The ids whose keys and values the batch has. Those of tokens that are not handed out yet are left out. */
    int[] computedIds() {
        return Arrays.copyOfRange(text.ids(), first, Math.min(first + computed, text.length()));
    }

    /** The number of these ids that a text begins with. */
    int matching(int[] ids) {
        int count = Math.min(computed, text.length() - first);
        int differs = Arrays.mismatch(text.ids(), first, first + count, ids, 0, ids.length);
        return differs < 0 ? count : differs;
    }
}
