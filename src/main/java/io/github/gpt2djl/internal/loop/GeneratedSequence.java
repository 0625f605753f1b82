package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A running text: its ids, and the choice of the next one. */
final class GeneratedSequence {
    private static final int ROOM = 64;

    private final Request request;
    private final int number;
    private final int copy;
    private int[] ids;
    private int length;

    GeneratedSequence(Request request, int number, int copy) {
        this.request = request;
        this.number = number;
        this.copy = copy;
        length = request.prompt().length;
        // Grows with the text: most texts end before their limit, which may be any number.
        ids = Arrays.copyOf(request.prompt(), length + Math.min(request.limit(), ROOM));
    }

    /** The number of the sequence among all sequences of the loop. */
    int number() {
        return number;
    }

    Request request() {
        return request;
    }

    /** The ids of the prompt and the chosen tokens, up to {@link #length()}. Only to be read. */
    int[] ids() {
        return ids;
    }

    int length() {
        return length;
    }

    int last() {
        return ids[length - 1];
    }

    /** The number of new tokens so far. */
    int tokens() {
        return length - request.prompt().length;
    }

    /** The last ids, from which the text goes on when the context is full. */
    int[] tail() {
        return Arrays.copyOfRange(ids, length - request.decoding().keep(), length);
    }

    /**
     * Chooses the next token and appends it.
     *
     * @param logits [vocabulary] after the last id
     * @param logSumExp of these logits
     */
    SampledToken choose(FloatBuffer logits, float logSumExp) {
        Decoding decoding = request.decoding();
        StepTrace trace = decoding.explainer() == null
                ? null
                : decoding.explainer().explain(logits, request.view(ids, length), request.draw(length, copy));
        int id = trace != null ? trace.chosen().id() : request.choose(logits, ids, length, copy);
        List<TokenProbability> top = TokenProbability.top(logits, logSumExp, decoding.topLogprobs());
        return append(id, logits.get(id) - logSumExp, top, trace);
    }

    /** Appends a token that has been chosen. */
    SampledToken append(int id, float logProbability) {
        return append(id, logProbability, List.of(), null);
    }

    private SampledToken append(int id, float logProbability, List<TokenProbability> top, @Nullable StepTrace trace) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, (int) Math.min(2L * length, Integer.MAX_VALUE - 8));
        }
        ids[length++] = id;
        boolean last =
                tokens() == request.limit() || request.decoding().eosIds().contains(id);
        return new SampledToken(number, id, logProbability, top, trace, last);
    }

    /** The draw of a future token. The next token is 0 ahead. */
    double draw(int ahead) {
        return request.draw(length + ahead, copy);
    }
}
