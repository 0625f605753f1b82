/** Where published models are: the catalog, Hugging Face's cache on this machine, and downloads into it. */
@org.jspecify.annotations.NullMarked
package io.github.gpt2djl.hub;
