/**
 * What happens inside the model: the vectors that arise between the layers, by the names of TransformerLens, and changes
 * to them. {@link io.github.gpt2djl.Inspector} makes the traces.
 *
 * <p>In the examples, {@code gpt2} is the shipped model.
 *
 * @see <a href="https://github.com/TransformerLensOrg/TransformerLens">TransformerLens</a>
 */
@NullMarked
package io.github.gpt2djl.inspection;

import org.jspecify.annotations.NullMarked;
