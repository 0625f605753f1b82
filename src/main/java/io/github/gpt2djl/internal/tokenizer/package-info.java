/**
 * The parts of a tokenizer: the published files, normalizers, pre-tokenizers, models, decoders, special tokens. {@link
 * io.github.gpt2djl.internal.tokenizer.StopStrings} holds back text that may be the beginning of a stop string.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.tokenizer;

import org.jspecify.annotations.NullMarked;
