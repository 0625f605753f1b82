/**
 * Tokenizers: a {@link io.github.gpt2djl.tokenizer.Tokenizer} encodes text into ids and decodes ids, a {@link
 * io.github.gpt2djl.tokenizer.Detokenizer} decodes ids one by one into whole characters, and {@link
 * io.github.gpt2djl.tokenizer.BpeTrainer} trains a tokenizer.
 */
@NullMarked
package io.github.gpt2djl.tokenizer;

import org.jspecify.annotations.NullMarked;
