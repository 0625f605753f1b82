/**
 * Text generation with GPT-2, GPT, OPT and GPT-Neo: start at {@link io.github.gpt2djl.Gpt2}.
 *
 * <p>A {@link io.github.gpt2djl.GenerationConfig} holds the options of a generation, a {@link
 * io.github.gpt2djl.Generation} its result. A {@link io.github.gpt2djl.Score} and a {@link
 * io.github.gpt2djl.RankedContinuation} hold the probabilities of given texts. {@link io.github.gpt2djl.LoadOptions}
 * choose a model's source, {@link io.github.gpt2djl.Precision} and device. A {@link io.github.gpt2djl.ContinuousBatch}
 * serves many requests at once.
 *
 * <p>Other packages of the API: {@code sampling} has the rules that choose a token, and {@link
 * io.github.gpt2djl.sampling.LogitsProcessor} for rules of your own; {@code tokenizer} works without a model; {@code
 * checkpoint} reads and writes published files; {@code training} trains and fine-tunes; {@code djl} registers the
 * models with DJL. Packages below {@code internal} may change in any release. Nothing is null unless it is marked
 * {@code Nullable}.
 *
 * <p>In the examples, {@code gpt2} is the shipped model, and {@code folder} is a folder with a model's files.
 */
@NullMarked
package io.github.gpt2djl;

import org.jspecify.annotations.NullMarked;
