package io.github.gpt2djl.internal.loop;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the beginnings of prompts among the running rows and the texts that are remembered. */
final class KnownStarts {
    private final RunningRows rows;
    private final Prefixes prefixes;

    KnownStarts(RunningRows rows, Prefixes prefixes) {
        this.rows = rows;
        this.prefixes = prefixes;
    }

    /** The longest known beginning of a prompt, which the caller closes; null if none is worth taking. */
    @Nullable
    KnownStart find(int[] ids) {
        KnownPrefix prefix = prefixes.longest(ids);
        int tokens = prefix == null ? PrefixCache.LEAST - 1 : prefix.tokens();
        int place = -1;
        for (int i = 0; i < rows.size(); i++) {
            int matching = Math.min(ids.length - 1, rows.get(i).matching(ids));
            if (matching > tokens) {
                tokens = matching;
                place = i;
            }
        }
        if (place < 0) {
            return prefix == null ? null : new KnownStart(prefix, -1, tokens);
        }
        if (prefix != null) {
            prefix.close();
        }
        return new KnownStart(null, place, tokens);
    }

    /** Whether a prompt begins as one of the others. */
    boolean isShared(Admission next, List<Admission> others) {
        return others.stream().anyMatch(each -> {
            int differs = Arrays.mismatch(each.ids(), next.ids());
            return differs < 0 || differs >= PrefixCache.LEAST;
        });
    }

    /** Remembers a prompt whose rows run now. */
    void remember(Admission admission) {
        if (prefixes != Prefixes.NONE) {
            remember(rows.all().indexOf(admission.rows().get(0)));
        }
    }

    /** Remembers the text of a running row, as far as its keys and values are computed. */
    void remember(int place) {
        if (prefixes != Prefixes.NONE) {
            int[] ids = rows.get(place).computedIds();
            prefixes.add(rows.batch(), place, ids);
        }
    }

    /** Remembers the texts of all running rows. Does nothing if the model is closed. */
    void rememberAll() {
        try {
            for (int place = 0; place < rows.size(); place++) {
                remember(place);
            }
        } catch (IllegalStateException e) {
            // The memory was freed with the model.
        }
    }
}
