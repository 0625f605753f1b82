package io.github.gpt2djl;

/**
 * How to load a model.
 *
 * <pre>{@code
 * LoadOptions options = LoadOptions.DEFAULT.withPrecision(Precision.INT8).withSource(ModelSource.download());
 * try (Gpt2 xl = Gpt2.load("gpt2-xl", options)) {
 *     System.out.println(xl.config().parameters());
 * }
 * }</pre>
 *
 * @param precision of the weights
 * @param device where to compute
 * @param threads of one native operation, for the whole process: the first load decides; 0: one a core, no more
 *     than {@link Runtime#availableProcessors()}
 * @param source where a model that is named may come from
 * @param trustedFiles whether a tokenizer's regular expressions are run that no published model has: such a one may
 *     never come to an end
 */
public record LoadOptions(
        Precision precision, DeviceChoice device, int threads, ModelSource source, boolean trustedFiles) {
    /** Everything left to the library; nothing is downloaded. */
    public static final LoadOptions DEFAULT =
            new LoadOptions(Precision.AUTO, DeviceChoice.AUTO, 0, ModelSource.local());

    /**
     * Checks the range.
     *
     * @param precision of the weights
     * @param device where to compute
     * @param threads at least 0
     * @param source where a model that is named may come from
     * @param trustedFiles whether a tokenizer's unknown regular expressions are run
     * @throws InvalidOptionException if {@code threads} is negative
     */
    public LoadOptions {
        if (threads < 0) {
            throw InvalidOptionException.value(NamedOption.of("threads"), threads, "at least 1, or 0 for the default");
        }
    }

    /**
     * Takes no unknown regular expressions.
     *
     * @param precision of the weights
     * @param device where to compute
     * @param threads at least 0
     * @param source where a model that is named may come from
     * @throws InvalidOptionException if {@code threads} is negative
     */
    public LoadOptions(Precision precision, DeviceChoice device, int threads, ModelSource source) {
        this(precision, device, threads, source, false);
    }

    /**
     * The same with another precision.
     *
     * @param other of the weights
     * @return a copy
     */
    public LoadOptions withPrecision(Precision other) {
        return new LoadOptions(other, device, threads, source, trustedFiles);
    }

    /**
     * The same with another source.
     *
     * @param other where a model that is named may come from
     * @return a copy
     */
    public LoadOptions withSource(ModelSource other) {
        return new LoadOptions(precision, device, threads, other, trustedFiles);
    }

    /**
     * The same with or without trust in the model's files.
     *
     * @param trusted whether a tokenizer's unknown regular expressions are run
     * @return a copy
     */
    public LoadOptions withTrustedFiles(boolean trusted) {
        return new LoadOptions(precision, device, threads, source, trusted);
    }
}
