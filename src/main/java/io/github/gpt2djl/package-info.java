/**
 * Text generation with GPT-2, GPT, OPT and GPT-Neo: start at {@link io.github.gpt2djl.Gpt2}.
 *
 * <p>A {@link io.github.gpt2djl.GenerationConfig} says how to generate, a {@link io.github.gpt2djl.Generation} holds the
 * result. {@link io.github.gpt2djl.Score} and {@link io.github.gpt2djl.RankedContinuation} judge given texts. {@link
 * io.github.gpt2djl.LoadOptions} says where a model comes from, in which {@link io.github.gpt2djl.Precision}, and on
 * which device. {@link io.github.gpt2djl.ContinuousBatch} serves many requests at once.
 *
 * <p>Other packages of the API: {@code sampling} has the rules that choose a token, and {@link
 * io.github.gpt2djl.sampling.LogitsProcessor} for rules of your own; {@code tokenizer} works without a model; {@code
 * checkpoint} reads and writes published files; {@code training} trains and fine-tunes; {@code djl} makes the models
 * known to DJL. Packages below {@code internal} may change in any release. Nothing is null unless it is marked so.
 *
 * <p>In the examples, {@code gpt2} is the shipped model, {@code folder} one with a model's files.
 */
@NullMarked
package io.github.gpt2djl;

import org.jspecify.annotations.NullMarked;
