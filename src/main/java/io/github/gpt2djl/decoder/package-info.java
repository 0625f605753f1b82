/**
 * The forward pass in TorchScript (torchscript/gpt2.py), its weights in a {@link io.github.gpt2djl.decoder.Precision}, and what
 * a generation remembers, its {@link io.github.gpt2djl.decoder.KvCache}. Token ids in, logits out; every NDArray stays
 * in this package.
 *
 * <p>In the examples, {@code decoder} is that of {@code gpt2}, the shipped model, and {@code soFar} the text so far.
 */
@NullMarked
package io.github.gpt2djl.decoder;

import org.jspecify.annotations.NullMarked;
