/**
 * The files of a model: a {@link io.github.gpt2djl.checkpoint.Checkpoint} is an opened folder, {@link
 * io.github.gpt2djl.ModelConfig} its config.json, and a {@link io.github.gpt2djl.checkpoint.TensorFile} its weights in
 * the format of safetensors, PyTorch or TensorFlow. Files are not trusted: a file that violates its format causes a
 * {@link io.github.gpt2djl.MalformedCheckpointException}.
 *
 * <p>In the examples, {@code folder} is a folder with a model's files, and {@code gpt2} is the shipped model.
 */
@NullMarked
package io.github.gpt2djl.checkpoint;

import org.jspecify.annotations.NullMarked;
