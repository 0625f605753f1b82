/**
 * Logits in, token id out: one small class a rule. A {@link io.github.gpt2djl.sampling.LogitsProcessor} looks at the
 * text so far and changes scores, a {@link io.github.gpt2djl.sampling.Warper} drops the tokens that shall not be
 * drawn, a {@link io.github.gpt2djl.sampling.Sampler} chooses. All are functions of scores, text and one random
 * number.
 *
 * <p>In the examples, {@code logits} are the logarithms of four probabilities, {@code soFar} is the text so far, and
 * {@code gpt2} the shipped model.
 */
@NullMarked
package io.github.gpt2djl.sampling;

import org.jspecify.annotations.NullMarked;
