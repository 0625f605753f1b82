package io.github.gpt2djl;

/**
 * Options for loading a model.
 *
 * <pre>{@code
 * LoadOptions options = LoadOptions.DEFAULT.withPrecision(Precision.INT8).withSource(ModelSource.download());
 * try (Gpt2 xl = Gpt2.load("gpt2-xl", options)) {
 *     System.out.println(xl.config().parameters());
 * }
 * }</pre>
 *
 * @param precision the precision of the weights
 * @param device the device that computes
 * @param threads number of threads of one native operation; the first load decides for the whole process. 0: one thread
 *     per core, at most {@link Runtime#availableProcessors()}
 * @param source the place that a model is loaded from by name
 * @param trustedFiles whether a tokenizer's regular expressions that no published model has are run; such an expression
 *     may never terminate
 * @param prefixCacheBytes maximum size of the keys and values of earlier prompts that the model keeps, so that a prompt
 *     with the same beginning need not be computed as a whole; 0: none are kept
 */
public record LoadOptions(
        Precision precision,
        DeviceChoice device,
        int threads,
        ModelSource source,
        boolean trustedFiles,
        long prefixCacheBytes) {
    /** The defaults: the library chooses precision, device and threads, and downloads nothing. */
    public static final LoadOptions DEFAULT =
            new LoadOptions(Precision.AUTO, DeviceChoice.AUTO, 0, ModelSource.local());

    /**
     * Checks the range.
     *
     * @param precision the precision of the weights
     * @param device the device that computes
     * @param threads at least 0
     * @param source the place that a model is loaded from by name
     * @param trustedFiles whether a tokenizer's unknown regular expressions are run
     * @param prefixCacheBytes at least 0
     * @throws InvalidOptionException if {@code threads} or {@code prefixCacheBytes} is negative
     */
    public LoadOptions {
        if (threads < 0) {
            throw InvalidOptionException.value(NamedOption.of("threads"), threads, "at least 1, or 0 for the default");
        }
        if (prefixCacheBytes < 0) {
            throw InvalidOptionException.value(
                    NamedOption.of("prefixCacheBytes"), prefixCacheBytes, "at least 1, or 0 for no cache");
        }
    }

    /**
     * Creates options that reject a tokenizer's unknown regular expressions.
     *
     * @param precision the precision of the weights
     * @param device the device that computes
     * @param threads at least 0
     * @param source the place that a model is loaded from by name
     * @throws InvalidOptionException if {@code threads} is negative
     */
    public LoadOptions(Precision precision, DeviceChoice device, int threads, ModelSource source) {
        this(precision, device, threads, source, false);
    }

    /**
     * Creates options without a prefix cache.
     *
     * @param precision the precision of the weights
     * @param device the device that computes
     * @param threads at least 0
     * @param source the place that a model is loaded from by name
     * @param trustedFiles whether a tokenizer's unknown regular expressions are run
     * @throws InvalidOptionException if {@code threads} is negative
     */
    public LoadOptions(
            Precision precision, DeviceChoice device, int threads, ModelSource source, boolean trustedFiles) {
        this(precision, device, threads, source, trustedFiles, 0);
    }

    /**
     * Returns these options with another precision.
     *
     * @param other the precision of the weights
     * @return a copy
     */
    public LoadOptions withPrecision(Precision other) {
        return new LoadOptions(other, device, threads, source, trustedFiles, prefixCacheBytes);
    }

    /**
     * Returns these options with another source.
     *
     * @param other the place that a model is loaded from by name
     * @return a copy
     */
    public LoadOptions withSource(ModelSource other) {
        return new LoadOptions(precision, device, threads, other, trustedFiles, prefixCacheBytes);
    }

    /**
     * Returns these options with or without trust in the model's files.
     *
     * @param trusted whether a tokenizer's unknown regular expressions are run
     * @return a copy
     */
    public LoadOptions withTrustedFiles(boolean trusted) {
        return new LoadOptions(precision, device, threads, source, trusted, prefixCacheBytes);
    }

    /**
     * Returns these options with a prefix cache: the model keeps the keys and values of prompts and their continuations.
     * A prompt that begins as one of them is computed only from where it differs. The least recently used text leaves
     * first.
     *
     * @param bytes maximum size of the keys and values, 8 × layers × width for each token; 0: none are kept
     * @return a copy
     * @throws InvalidOptionException if {@code bytes} is negative
     */
    public LoadOptions withPrefixCache(long bytes) {
        return new LoadOptions(precision, device, threads, source, trustedFiles, bytes);
    }
}
