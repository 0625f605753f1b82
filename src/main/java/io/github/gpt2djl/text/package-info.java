/**
 * Text to token ids and back: {@link io.github.gpt2djl.text.Tokenizer} encodes, {@link
 * io.github.gpt2djl.text.Detokenizer} gives out whole characters only, {@link io.github.gpt2djl.text.StopStrings}
 * holds back what may be the beginning of a stop string. {@link io.github.gpt2djl.text.BpeTrainer} learns a tokenizer
 * from a text, which {@link io.github.gpt2djl.text.TextFile} reads.
 */
@NullMarked
package io.github.gpt2djl.text;

import org.jspecify.annotations.NullMarked;
