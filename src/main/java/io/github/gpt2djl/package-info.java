/**
 * Text generation with GPT-2, GPT, OPT and GPT-Neo: start at {@link io.github.gpt2djl.Gpt2}.
 *
 * <p>A {@link io.github.gpt2djl.GenerationConfig} says how to generate, a {@link io.github.gpt2djl.Generation} what
 * came of it; {@link io.github.gpt2djl.Score} and {@link io.github.gpt2djl.RankedContinuation} judge given texts.
 * {@link io.github.gpt2djl.Benchmark} and {@link io.github.gpt2djl.SelfCheck} look at a model on this machine.
 *
 * <p>The packages below are what this one is made of. A program meets {@link
 * io.github.gpt2djl.sampling.LogitsProcessor} for a rule of its own, {@link io.github.gpt2djl.sampling.StepTrace} for
 * how a token was chosen, {@link io.github.gpt2djl.decoder.Precision} and {@link
 * io.github.gpt2djl.hub.DownloadProgress} when it loads, and {@link io.github.gpt2djl.checkpoint.ModelConfig} for the
 * architecture. Nothing is null unless it is marked so.
 *
 * <p>In the examples, {@code gpt2} is the shipped model, {@code folder} one with a model's files.
 */
@NullMarked
package io.github.gpt2djl;

import org.jspecify.annotations.NullMarked;
