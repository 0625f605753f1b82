/** GPT-2's forward pass in TorchScript; every NDArray stays in this package. */
@NullMarked
package io.github.gpt2djl.decoder;

import org.jspecify.annotations.NullMarked;
