package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Inspector;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.inspection.Attribution;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the command {@code inside} shows of one text.
 *
 * @param prompt the text
 * @param trace the residual stream and the patterns
 * @param lens the predictions after each layer
 * @param position the token to predict from
 * @param token the id whose logit is explained
 * @param instead the id whose logit is subtracted; null for none
 * @param attribution of this logit
 */
record Inside(
        Prompt prompt,
        Trace trace,
        LogitLens lens,
        int position,
        int token,
        @Nullable Integer instead,
        Attribution attribution) {
    /** The number of likeliest tokens on the page. */
    private static final int TOP = 4;

    static Inside of(
            Gpt2 gpt2,
            Prompt input,
            @Nullable Integer position,
            @Nullable String token,
            @Nullable String instead,
            int top) {
        Integer explained = token == null ? null : (Integer) id(gpt2, "--token", token);
        Integer other = instead == null ? null : (Integer) id(gpt2, "--instead", instead);
        return of(gpt2, input, position, explained, other, top);
    }

    /** Looks at a text whose next token is known. */
    static Inside after(Gpt2 gpt2, Prompt input, int next) {
        return of(gpt2, input, null, (Integer) next, null, TOP);
    }

    private static Inside of(
            Gpt2 gpt2,
            Prompt input,
            @Nullable Integer position,
            @Nullable Integer token,
            @Nullable Integer other,
            int top) {
        Inspector inspector = gpt2.inspector();
        Trace trace =
                inspector.trace(input, TraceOptions.of("*.hook_resid_pre", "*.hook_resid_post", "*.hook_pattern"));
        List<Integer> ids = trace.ids();
        Prompt prompt = Prompt.ofIds(ids);
        int at = position == null ? ids.size() - 1 : position;
        if (at < 0 || at >= ids.size()) {
            throw new IllegalArgumentException(
                    "--position is " + at + ", expected 0 to " + (ids.size() - 1) + ", the positions of the text");
        }
        LogitLens lens = inspector.lens(prompt, top, List.of());
        int explained = token != null ? token : next(ids, lens, at);
        Attribution attribution = other == null
                ? inspector.attribute(Prompt.ofIds(ids.subList(0, at + 1)), explained)
                : inspector.attribute(prompt, at, explained, other);
        return new Inside(prompt, trace, lens, at, explained, other, attribution);
    }

    List<Integer> ids() {
        return trace.ids();
    }

    /** The token that follows in the text, or the likeliest one at its end. */
    static int next(List<Integer> ids, LogitLens lens, int position) {
        return position + 1 < ids.size()
                ? ids.get(position + 1)
                : lens.layers()
                        .get(lens.layers().size() - 1)
                        .top()
                        .get(position)
                        .get(0)
                        .id();
    }

    private static int id(Gpt2 gpt2, String option, String text) {
        if (!gpt2.hasTokenizer()) {
            int[] ids = Output.ids(option, text);
            if (ids.length == 1) {
                return ids[0];
            }
            throw new IllegalArgumentException(option + " is \"" + text + "\", expected one id");
        }
        List<Integer> ids = gpt2.encode(text, false);
        if (ids.size() != 1) {
            throw new IllegalArgumentException(option + " is \"" + text + "\", which has " + ids.size()
                    + " tokens, expected one; most tokens begin with a space");
        }
        return ids.get(0);
    }
}
