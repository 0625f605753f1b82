package io.github.gpt2djl;

import io.github.gpt2djl.internal.generation.Failures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one request among several: its sequences, or its failure.
 *
 * <pre>{@code
 * var config = GenerationConfig.builder().maxNewTokens(5).build();
 * var requests = List.of(
 *         new GenerationRequest(Prompt.of("ROMEO:"), config), new GenerationRequest(Prompt.ofIds(99999), config));
 * for (GenerationResult result : gpt2.generateEach(requests)) {
 *     System.out.println(result.failure() == null ? result.generations().get(0).text() : result.failure().getMessage());
 * }
 * }</pre>
 *
 * @param generations {@code numReturnSequences} sequences; none if the request failed
 * @param failure the reason why the request was rejected, or the exception or Error of its rules, processors or memory;
 *     null if the request did not fail
 */
public record GenerationResult(
        List<Generation> generations, @Nullable Throwable failure) {
    /**
     * Copies the list.
     *
     * @param generations copied
     * @param failure the failure, or null
     */
    public GenerationResult {
        generations = List.copyOf(generations);
    }

    /**
     * Returns the sequences, or throws the failure.
     *
     * @return the sequences
     * @throws RuntimeException the failure itself, if the request failed; an {@link Error} likewise
     */
    public List<Generation> orThrow() {
        if (failure != null) {
            throw Failures.unchecked(failure);
        }
        return generations;
    }
}
