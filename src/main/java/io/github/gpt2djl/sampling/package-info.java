/**
 * The rules that choose the next token from the logits, one small class per rule. A {@link
 * io.github.gpt2djl.sampling.LogitsProcessor} changes scores depending on the text so far. A {@link
 * io.github.gpt2djl.sampling.LogitsWarper} changes scores or drops tokens before a draw. A {@link
 * io.github.gpt2djl.sampling.Sampler} chooses. All are functions of scores, text and one random number.
 *
 * <p>In the examples, {@code logits} are the logarithms of four probabilities, {@code soFar} is the text so far, and
 * {@code gpt2} is the shipped model.
 */
@NullMarked
package io.github.gpt2djl.sampling;

import org.jspecify.annotations.NullMarked;
