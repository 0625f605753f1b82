/** GPT-2 text generation: start at {@link io.github.gpt2djl.Gpt2}. */
@NullMarked
package io.github.gpt2djl;

import org.jspecify.annotations.NullMarked;
