/**
 * Training and fine-tuning: a {@link io.github.gpt2djl.training.Trainer} trains a model on a {@link
 * io.github.gpt2djl.training.Corpus}, writes the published files of the best model, and saves its state, so that an
 * interrupted training can be resumed.
 */
@NullMarked
package io.github.gpt2djl.training;

import org.jspecify.annotations.NullMarked;
