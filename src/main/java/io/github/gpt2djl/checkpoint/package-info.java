/**
 * What is in a model's files: {@link io.github.gpt2djl.checkpoint.Checkpoint} opens a folder, {@link
 * io.github.gpt2djl.ModelConfig} is its config.json, a {@link io.github.gpt2djl.checkpoint.TensorFile} its
 * weights in safetensors, PyTorch's or TensorFlow's format. Files are not trusted: what is not as its format says is a
 * {@link io.github.gpt2djl.MalformedCheckpointException}.
 *
 * <p>In the examples, {@code folder} is one with a model's files, {@code gpt2} the shipped model.
 */
@NullMarked
package io.github.gpt2djl.checkpoint;

import org.jspecify.annotations.NullMarked;
