package io.github.gpt2djl;

import io.github.gpt2djl.internal.generation.Failures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome of one request among others: its sequences, or why it has none.
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
 * @param generations {@code numReturnSequences}; none if the request failed
 * @param failure what the request cannot be used for, or what its rules, processors or memory failed with; null if it
 *     did not fail
 */
public record GenerationResult(
        List<Generation> generations, @Nullable Throwable failure) {
    /**
     * Copies the list.
     *
     * @param generations copied
     * @param failure or null
     */
    public GenerationResult {
        generations = List.copyOf(generations);
    }

    /**
     * The sequences of a request that did not fail.
     *
     * @return the sequences
     * @throws RuntimeException the failure, as it is, if the request failed; an {@link Error} likewise
     */
    public List<Generation> orThrow() {
        if (failure != null) {
            throw Failures.unchecked(failure);
        }
        return generations;
    }
}
