package io.github.gpt2djl.internal.generation;

import static io.github.gpt2djl.GenerationOption.STOP_STRINGS;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.internal.loop.SampledToken;
import io.github.gpt2djl.internal.tokenizer.StopStrings;
import io.github.gpt2djl.tokenizer.Detokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A running sequence: its tokens, its text, and the reason why it ends. */
final class RunningText {
    private final PreparedRequest entry;
    private final int positions;
    private final @Nullable Detokenizer pieces;
    private final StopStrings stops;
    private final boolean keeps;
    /** The tokens; empty if they are not kept. */
    private final List<Token> tokens = new ArrayList<>();

    private boolean ended;
    private boolean cancelled;

    /**
     * @param keeps whether the tokens are kept for {@link #generation}; a caller that only streams tokens needs none
     */
    RunningText(LoadedModel model, PreparedRequest entry, boolean keeps) {
        this.keeps = keeps;
        this.entry = entry;
        positions = model.config().positions();
        List<String> strings = entry.config().get(STOP_STRINGS);
        stops = new StopStrings(strings);
        boolean skips = !NewTokens.isOpenAi(entry.config());
        int[] prompt = entry.request().prompt();
        pieces = model.detokenizer(skips, prompt);
        Detokenizer before = strings.isEmpty() ? null : model.detokenizer(skips);
        if (before != null) {
            // As in transformers, a stop string may begin in the prompt.
            StringBuilder text = new StringBuilder();
            for (int id : prompt) {
                text.append(before.add(id, false)).append(before.hidden(id));
            }
            stops.precede(text.toString());
        }
    }

    /** Whether no further token may come: the loop's row has ended, or a stop string has ended the text. */
    boolean ended() {
        return ended;
    }

    void cancel() {
        cancelled = !ended;
        ended = true;
    }

    Token add(SampledToken sampled) {
        String text = pieces == null ? "" : text(pieces, sampled);
        Token token = new Token(sampled.id(), text, sampled.logProbability(), sampled.top(), sampled.trace());
        if (keeps) {
            tokens.add(token);
        }
        ended = sampled.last() || stops.found();
        return token;
    }

    private String text(Detokenizer pieces, SampledToken sampled) {
        return stops.add(pieces.add(sampled.id(), sampled.last()), pieces.hidden(sampled.id()), sampled.last());
    }

    Generation generation(int drafted, int accepted, OptionalDouble score) {
        StringBuilder text = new StringBuilder();
        tokens.forEach(t -> text.append(t.text()));
        if (cancelled && pieces != null) {
            text.append(stops.add(pieces.finish(), "", true));
        }
        return new Generation(
                LoadedModel.boxed(entry.request().prompt()),
                tokens,
                text.toString(),
                reason(),
                entry.seed(),
                drafted,
                accepted,
                slides(),
                score);
    }

    private FinishReason reason() {
        if (cancelled) {
            return FinishReason.CANCELLED;
        }
        if (stops.found()) {
            return FinishReason.STOP;
        }
        int last = tokens.get(tokens.size() - 1).id();
        if (entry.request().decoding().eosIds().contains(last)) {
            return FinishReason.EOS;
        }
        return tokens.size() < entry.asked() ? FinishReason.CONTEXT : FinishReason.LENGTH;
    }

    /** The number of times that the loop has begun anew with the last ids. */
    private int slides() {
        Request request = entry.request();
        int filled = request.start(positions).length;
        int slides = 0;
        for (int token = 1; token < tokens.size(); token++) {
            boolean full = filled == positions;
            filled = full ? request.decoding().keep() : filled + 1;
            slides += full ? 1 : 0;
        }
        return slides;
    }
}
