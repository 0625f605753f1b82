/**
 * DJL's own way to a model: a {@code Criteria} gives a {@code ZooModel}, its {@code Predictor} generates. By name with
 * {@link io.github.gpt2djl.djl.Gpt2Zoo}; from a folder, and in DJL Serving, with the engine that {@link
 * io.github.gpt2djl.djl.Gpt2EngineProvider} registers.
 */
@NullMarked
package io.github.gpt2djl.djl;

import org.jspecify.annotations.NullMarked;
