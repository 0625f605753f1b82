/** Logits in, token id out: one small pure class per rule. */
@NullMarked
package io.github.gpt2djl.sampling;

import org.jspecify.annotations.NullMarked;
