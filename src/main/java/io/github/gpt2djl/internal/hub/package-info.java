/**
 * The sources of published models: the {@link io.github.gpt2djl.internal.hub.Catalog}, Hugging Face's cache on this
 * machine ({@link io.github.gpt2djl.internal.hub.Models}), and verified downloads into the cache ({@link
 * io.github.gpt2djl.internal.hub.Hub}), which are the only use of the network.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@org.jspecify.annotations.NullMarked
package io.github.gpt2djl.internal.hub;
