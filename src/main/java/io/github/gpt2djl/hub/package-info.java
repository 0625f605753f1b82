/**
 * Where published models are: the {@link io.github.gpt2djl.hub.Catalog}, Hugging Face's cache on this machine ({@link
 * io.github.gpt2djl.hub.Models}), and verified downloads into it ({@link io.github.gpt2djl.hub.Hub}), which are the
 * only use of the network.
 *
 * <p>In the examples, {@code folder} is one with a model's files.
 */
@org.jspecify.annotations.NullMarked
package io.github.gpt2djl.hub;
