/** Text to token ids and back, never with half a character. */
@NullMarked
package io.github.gpt2djl.text;

import org.jspecify.annotations.NullMarked;
