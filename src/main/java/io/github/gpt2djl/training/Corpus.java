package io.github.gpt2djl.training;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * The ids that a model is trained on, and the ids that it is validated with.
 *
 * <pre>{@code
 * Corpus.Split split = Corpus.split("To be, or not to be", 0.5);
 * System.out.println(split.validation()); // not to be
 * }</pre>
 *
 * @param training the ids to train on
 * @param validation the ids that follow them in the text, for validation only
 */
public record Corpus(int[] training, int[] validation) {

    /** A text in two parts: for training and for validation. */
    public record Split(String training, String validation) {}

    /**
     * Splits a text.
     *
     * @param text the whole text
     * @param validation the fraction at the end of the text for validation, more than 0 and less than 1
     * @return both parts, which together are the text
     * @throws IllegalArgumentException if the share is out of range
     */
    public static Split split(String text, double validation) {
        if (!(validation > 0 && validation < 1)) {
            throw InvalidOptionException.value(
                    NamedOption.of("validation"), validation, "a share: more than 0 and less than 1, like 0.1");
        }
        int cut = text.length() - (int) (text.length() * validation);
        if (cut < text.length() && cut > 0 && Character.isSurrogatePair(text.charAt(cut - 1), text.charAt(cut))) {
            cut--;
        }
        return new Split(text.substring(0, cut), text.substring(cut));
    }

    /**
     * Encodes both parts. The training part begins with the tokenizer's start token, GPT-2's {@code <|endoftext|>}, so
     * that the model learns how texts begin. The special tokens that the tokenizer adds to a text are left out, because
     * both parts belong to one text.
     *
     * @param split both parts; a start token in a part separates documents
     * @param paragraphs number of paragraphs of a document in the training part: a start token is inserted after this
     *     number of paragraphs, which blank lines separate; 0 inserts none
     * @param tokenizer the model's tokenizer
     * @return the ids
     */
    public static Corpus of(Split split, int paragraphs, Tokenizer tokenizer) {
        if (paragraphs < 0) {
            throw InvalidOptionException.value(
                    NamedOption.of("paragraphs"), paragraphs, "1 or more, or 0 for one document");
        }
        return new Corpus(
                tokenizer.encode(
                        documents(
                                split.training(),
                                paragraphs,
                                tokenizer.startToken().orElse("")),
                        false,
                        false),
                tokenizer.encode(split.validation(), false, false));
    }

    private static String documents(String text, int paragraphs, String start) {
        StringBuilder documents = new StringBuilder();
        String[] all = paragraphs == 0 ? new String[] {text} : text.split("\n\n", -1);
        for (int i = 0; i < all.length; i++) {
            boolean first = paragraphs == 0 || i % paragraphs == 0;
            documents.append(first ? start : "\n\n").append(all[i]);
        }
        return documents.toString();
    }

    /** Returns a digest of the ids. */
    String digest() {
        CRC32C digest = new CRC32C();
        for (int[] part : new int[][] {training, validation}) {
            ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (part.length + 1));
            bytes.asIntBuffer().put(part).put(part.length);
            digest.update(bytes);
        }
        return String.format(
                Locale.ROOT, "%d and %d tokens, CRC-32C %08x", training.length, validation.length, digest.getValue());
    }

    /** Rejects parts that are too short for one row, or have tokens without a row in the model's embedding. */
    void check(int context, int rows) {
        check("training", training, context + 1);
        check("validation", validation, 2);
        int max = IntStream.concat(Arrays.stream(training), Arrays.stream(validation))
                .max()
                .orElse(0);
        if (max >= rows) {
            throw new IllegalArgumentException("the text has a token of id " + max + ", but the model's embedding has "
                    + rows + " rows, for the ids 0 to " + (rows - 1) + "; take the token out of the text, or a model"
                    + " whose embedding was resized for it");
        }
    }

    private static void check(String what, int[] ids, int min) {
        if (ids.length < min) {
            throw new IllegalArgumentException("the text's part for " + what + " has " + ids.length
                    + " tokens, expected at least " + min + "; take a longer text, a smaller context, or another"
                    + " share for validation");
        }
    }
}
