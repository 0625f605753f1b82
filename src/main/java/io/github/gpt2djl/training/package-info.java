/**
 * Training: a text is cut into batches, a model learns from them step by step, and what it has learned is kept in the
 * published files, together with all that is needed to go on after an interruption.
 */
@NullMarked
package io.github.gpt2djl.training;

import org.jspecify.annotations.NullMarked;
