package io.github.gpt2djl;

/**
 * A prompt with its own way of continuing it.
 *
 * @param prompt what to continue
 * @param config how
 */
public record GenerationRequest(Prompt prompt, GenerationConfig config) {}
