/**
 * The models through DJL's own API: a {@code Criteria} loads a {@code ZooModel}, whose {@code Predictor} generates.
 * {@link io.github.gpt2djl.djl.Gpt2Zoo} loads a model by name. The engine that {@link
 * io.github.gpt2djl.djl.Gpt2EngineProvider} registers loads a folder, also in DJL Serving.
 */
@NullMarked
package io.github.gpt2djl.djl;

import org.jspecify.annotations.NullMarked;
