/**
 * The forward pass in TorchScript (torchscript/gpt2.py), its weights in a {@link io.github.gpt2djl.Precision}, and the
 * memory of a generation, its {@link io.github.gpt2djl.internal.decoder.RunningBatch}. Token ids in, logits out; every
 * NDArray stays in this package.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.decoder;

import org.jspecify.annotations.NullMarked;
