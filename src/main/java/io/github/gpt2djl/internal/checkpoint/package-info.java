/**
 * Reads and writes a model's files: config.json ({@link io.github.gpt2djl.internal.checkpoint.ConfigReader}), a folder
 * with weights and tokenizer ({@link io.github.gpt2djl.internal.checkpoint.CheckpointFolder}), and adapters that are
 * added to a base ({@link io.github.gpt2djl.internal.checkpoint.AdapterPlan}).
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
