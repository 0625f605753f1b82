package io.github.gpt2djl;

/**
 * Options for scoring a text.
 *
 * <pre>{@code
 * String play = Files.readString(folder.resolve("hamlet.txt"));
 * ScoreOptions windows = ScoreOptions.DEFAULT.withBos(true).withStride(gpt2.config().positions() / 2);
 * System.out.println(gpt2.score(Prompt.of(play), windows).perplexity());
 * }</pre>
 *
 * @param bos whether the model's bos precedes the text, so that the first id has a probability too; it is not added
 *     twice if the tokenizer has added it, as OPT's does
 * @param stride 0 if the text must fit into the model's context. Otherwise the text is split into windows of the
 *     context's size, one every {@code stride} ids, as in transformers' guide to perplexity: each id is scored once,
 *     with at least {@code context - stride} ids before it from the second window on
 * @param topLogprobs number of likeliest tokens to report at each position, 0 to the vocabulary's size
 * @see <a href="https://huggingface.co/docs/transformers/perplexity">transformers: perplexity of fixed-length
 *     models</a>
 */
public record ScoreOptions(boolean bos, int stride, int topLogprobs) {
    /** The defaults: no bos, one window. */
    public static final ScoreOptions DEFAULT = new ScoreOptions(false, 0, 0);

    /**
     * Returns these options with or without bos.
     *
     * @param value whether bos precedes the text
     * @return a copy
     */
    public ScoreOptions withBos(boolean value) {
        return new ScoreOptions(value, stride, topLogprobs);
    }

    /**
     * Returns these options with another stride.
     *
     * @param value 1 to one less than the model's context, or 0 for one window; checked when a text is scored
     * @return a copy
     */
    public ScoreOptions withStride(int value) {
        return new ScoreOptions(bos, value, topLogprobs);
    }

    /**
     * Returns these options with another number of likeliest tokens.
     *
     * @param value number of tokens to report at each position; checked when a text is scored
     * @return a copy
     */
    public ScoreOptions withTopLogprobs(int value) {
        return new ScoreOptions(bos, stride, value);
    }
}
