/**
 * The way from one token to the next: a {@link io.github.gpt2djl.internal.loop.Loop} asks the decoder for logits and a
 * rule of {@code sampling} for an id, token by token ({@link io.github.gpt2djl.internal.loop.TokenLoop}), several
 * guessed at once ({@link io.github.gpt2djl.internal.loop.DraftLoop}), or as a search
 * ({@link io.github.gpt2djl.internal.loop.BeamLoop}, {@link io.github.gpt2djl.internal.loop.ContrastiveLoop}). This
 * package handles only ids, no text.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.loop;

import org.jspecify.annotations.NullMarked;
