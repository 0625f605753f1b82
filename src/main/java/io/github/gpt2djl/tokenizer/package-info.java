/**
 * Text to token ids and back: {@link io.github.gpt2djl.tokenizer.Tokenizer} encodes, {@link
 * io.github.gpt2djl.tokenizer.Detokenizer} gives out whole characters only, {@link
 * io.github.gpt2djl.tokenizer.BpeTrainer} learns a tokenizer from a text.
 */
@NullMarked
package io.github.gpt2djl.tokenizer;

import org.jspecify.annotations.NullMarked;
