/** The token loop. */
@NullMarked
package io.github.gpt2djl.generation;

import org.jspecify.annotations.NullMarked;
