/**
 * From one token to the next: a {@link io.github.gpt2djl.generation.Loop} asks the decoder for logits and a rule of
 * {@code sampling} for an id, token by token ({@link io.github.gpt2djl.generation.TokenLoop}), several guessed at once
 * ({@link io.github.gpt2djl.generation.DraftLoop}), or as a search ({@link io.github.gpt2djl.generation.BeamLoop},
 * {@link io.github.gpt2djl.generation.ContrastiveLoop}). Ids only: text is not known here.
 *
 * <p>In the examples, {@code decoder} is the shipped model's; {@code request} asks for the twelve likeliest tokens
 * after three.
 */
@NullMarked
package io.github.gpt2djl.generation;

import org.jspecify.annotations.NullMarked;
