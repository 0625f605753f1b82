package io.github.gpt2djl;

/**
 * A prompt with its own config.
 *
 * <pre>{@code
 * var greedy = GenerationConfig.builder().build();
 * var drawn = GenerationConfig.builder().doSample(true).build();
 * List<Generation> both = gpt2.generateAll(List.of(
 *         new GenerationRequest(Prompt.of("ROMEO:"), greedy), new GenerationRequest(Prompt.of("JULIET:"), drawn)));
 * }</pre>
 *
 * @param prompt the prompt to continue
 * @param config the options of the generation
 */
public record GenerationRequest(Prompt prompt, GenerationConfig config) {}
