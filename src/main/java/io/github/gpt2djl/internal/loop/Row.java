package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Choice;
import org.jspecify.annotations.Nullable;

/** A running sequence of a batch. */
final class Row {
    final Sequence text;
    /** How the decoder can choose its tokens by itself; null if it cannot. */
    final @Nullable Choice choice;
    /** Ids that the cache holds. */
    int held;
    /** The place that it had when the decoder last chose tokens by itself. */
    int column;

    Row(Sequence text) {
        this.text = text;
        choice = Choices.of(text.request().decoding());
    }
}
