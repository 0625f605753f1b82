package io.github.gpt2djl;

/**
 * The use of a model's prefix cache, which {@link LoadOptions#withPrefixCache} switches on.
 *
 * <pre>{@code
 * try (Gpt2 model = Gpt2.load("shakespeare", LoadOptions.DEFAULT.withPrefixCache(100_000_000))) {
 *     String scene = "ROMEO:\n".repeat(20);
 *     model.generate(scene + "Come", GenerationConfig.builder().build());
 *     model.generate(scene + "Stay", GenerationConfig.builder().build());
 *     System.out.println(model.prefixCache().hits()); // 1
 * }
 * }</pre>
 *
 * @param hits number of prompts whose beginning was known
 * @param misses number of prompts whose beginning was not known
 * @param tokensSaved number of prompt tokens that did not have to be computed
 * @param entries number of texts whose keys and values are kept
 * @param bytes size of these keys and values; texts that begin alike share the memory of their beginning
 */
public record PrefixCacheStatistics(long hits, long misses, long tokensSaved, int entries, long bytes) {
    /** The statistics of a model without a prefix cache. */
    public static final PrefixCacheStatistics NONE = new PrefixCacheStatistics(0, 0, 0, 0, 0);
}
