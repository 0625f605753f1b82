package io.github.gpt2djl;

/**
 * How to score a text.
 *
 * <pre>{@code
 * String play = Files.readString(folder.resolve("hamlet.txt"));
 * ScoreOptions windows = ScoreOptions.DEFAULT.withBos(true).withStride(gpt2.config().positions() / 2);
 * System.out.println(gpt2.score(Prompt.of(play), windows).perplexity());
 * }</pre>
 *
 * @param bos whether the model's bos stands before the text, so that the first id has a probability too; once, where the
 *     tokenizer has put it there, as OPT's does
 * @param stride 0: the text must fit into the model's context; else windows of the context's size that begin every
 *     so many ids, as in transformers' guide to perplexity: each id is scored once, with at least {@code context -
 *     stride} ids before it from the second window on
 * @param topLogprobs likeliest tokens to tell of at each place, 0 to the vocabulary's size
 * @see <a href="https://huggingface.co/docs/transformers/perplexity">transformers: perplexity of fixed-length models</a>
 */
public record ScoreOptions(boolean bos, int stride, int topLogprobs) {
    /** No bos, one window. */
    public static final ScoreOptions DEFAULT = new ScoreOptions(false, 0, 0);

    /**
     * With bos or without.
     *
     * @param value whether bos stands before the text
     * @return a copy
     */
    public ScoreOptions withBos(boolean value) {
        return new ScoreOptions(value, stride, topLogprobs);
    }

    /**
     * With windows.
     *
     * @param value 1 to one less than the model's context, or 0 for one window; checked when a text is scored
     * @return a copy
     */
    public ScoreOptions withStride(int value) {
        return new ScoreOptions(bos, value, topLogprobs);
    }

    /**
     * With the likeliest tokens.
     *
     * @param value how many to tell of at each place; checked when a text is scored
     * @return a copy
     */
    public ScoreOptions withTopLogprobs(int value) {
        return new ScoreOptions(bos, stride, value);
    }
}
