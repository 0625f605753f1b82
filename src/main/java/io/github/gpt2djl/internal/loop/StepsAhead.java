package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.Choice;
import io.github.gpt2djl.internal.decoder.Chosen;
import io.github.gpt2djl.internal.decoder.KvCache;
import java.util.List;
import java.util.Objects;

/** Steps of all rows in one native call, in which the decoder chooses the tokens by itself. */
final class StepsAhead {
    private StepsAhead() {}

    /** Steps until a row is complete or full, at most so many; 0 if the decoder does not know a row's rules. */
    static int possible(List<Row> rows, int most, int positions) {
        int steps = most;
        for (Row row : rows) {
            if (row.choice == null) {
                return 0;
            }
            int left = row.text.request().limit() - row.text.tokens();
            steps = Math.min(steps, Math.min(left, positions - row.held));
        }
        return steps;
    }

    /**
     * Takes them; a row's tokens are in the column that it remembers.
     *
     * @param fed each row's last token, by place
     * @param steps at least 1
     */
    static Chosen take(KvCache state, int[] fed, List<Row> rows, int steps) {
        List<Choice> choices =
                rows.stream().map(row -> Objects.requireNonNull(row.choice)).toList();
        List<Integer> eosIds = rows.stream()
                .flatMap(row -> row.text.request().decoding().eosIds().stream())
                .distinct()
                .toList();
        double[][] draws = new double[steps][rows.size()];
        for (int step = 0; step < steps; step++) {
            for (int place = 0; place < rows.size(); place++) {
                draws[step][place] = rows.get(place).text.draw(step);
            }
        }
        Chosen chosen = state.steps(fed, choices, draws, eosIds);
        for (int place = 0; place < rows.size(); place++) {
            rows.get(place).column = place;
            rows.get(place).held += chosen.steps();
        }
        return chosen;
    }
}
