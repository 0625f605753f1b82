package exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import io.github.gpt2djl.testing.ShippedModel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Solutions of examples/EXERCISES.md: the inside of the model. */
class LookingInsideTest {
    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    private static Intervention without(int layer, int head) {
        return Intervention.zero(Hook.Z.at(layer)).ofHead(head);
    }

    @Test
    void threeHeads() {
        String text = "PETRUCHIO:\nGood morrow, Kate; for that's your name, I hear.\n\n"
                + "KATHARINA:\nThey call me Katharina that do talk of me.\n\n";
        List<List<Intervention>> runs = List.of(
                List.of(),
                List.of(without(0, 5), without(3, 5), without(5, 4)),
                List.of(without(0, 1), without(2, 1), without(2, 2)));
        List<Trace> traces = gpt2.inspector().trace(Prompt.of(text), TraceOptions.of("logits"), runs);
        double[][] names = new double[3][];
        for (int run = 0; run < 3; run++) {
            names[run] =
                    new double[] {probability(traces.get(run), "PETRUCHIO"), probability(traces.get(run), "KATHARINA")};
        }
        Sheet.states(
                "LookingInsideTest.threeHeads",
                "Check: %.1f %% and %.1f %%, from %.1f %% and %.1f %%",
                100 * names[1][0],
                100 * names[1][1],
                100 * names[0][0],
                100 * names[0][1]);
        assertThat(names[2]).containsExactly(names[0], within(0.01));
    }

    private static double probability(Trace trace, String name) {
        float[] logits = trace.tensor("logits").row(trace.ids().size() - 1);
        int id = gpt2.encode(name).get(0);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - logits[id]);
        }
        return 1 / sum;
    }
}
