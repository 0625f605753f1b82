package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.DeviceSampling;
import org.jspecify.annotations.Nullable;

/** A running sequence of a batch. */
final class LoopRow {
    final GeneratedSequence text;
    /** The rules by which the decoder can itself choose the row's tokens; null if it cannot. */
    final @Nullable DeviceSampling deviceSampling;
    /** The number of ids whose keys and values the batch has. */
    int computed;
    /** The place that the row had when the decoder last chose tokens by itself. */
    int column;

    LoopRow(GeneratedSequence text) {
        this.text = text;
        deviceSampling = DeviceSamplingRules.of(text.request().decoding());
    }
}
