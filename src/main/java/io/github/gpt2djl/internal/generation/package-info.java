/**
 * The way from requests to texts: a {@link io.github.gpt2djl.internal.generation.LoadedModel} is what all classes here
 * take, a {@link io.github.gpt2djl.internal.generation.GenerationPlanner} chooses the loop, a
 * {@link io.github.gpt2djl.internal.generation.GenerationRun} turns the loop's tokens into text.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.generation;

import org.jspecify.annotations.NullMarked;
