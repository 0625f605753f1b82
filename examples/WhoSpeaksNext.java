import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Inspector;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.inspection.Attribution;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.Intervention;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.inspection.Trace;
import io.github.gpt2djl.inspection.TraceOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;

/** Lesson 24: attention and the residual stream in a dialogue. Which layers, heads and tokens make the next name? */
@Command(name = "WhoSpeaksNext", description = "Which layers, heads and tokens make the next token.")
public final class WhoSpeaksNext extends Lesson {
    @Parameters(arity = "0..1", description = "The text so far; default: a greeting, an answer, and an empty line.")
    String text = "PETRUCHIO:\nGood morrow, Kate; for that's your name, I hear.\n\n"
            + "KATHARINA:\nThey call me Katharina that do talk of me.\n\n";

    @Option(names = "--instead", description = "A word of the text, and another one; default: KATHARINA,JULIET.")
    String instead = "KATHARINA,JULIET";

    public static void main(String... args) {
        run(new WhoSpeaksNext(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            Inspector inspector = gpt2.inspector();
            LogitLens lens = inspector.lens(text, 3);
            int last = lens.ids().size() - 1;
            int name = 0;
            out.println("If the model ended after this layer, the next token would be:");
            for (LogitLens.Layer layer : lens.layers()) {
                out.printf("%-24s", layer.place());
                for (var token : layer.top().get(last)) {
                    out.printf("  %-11s %5.1f %%", Bars.quote(gpt2, token.id()), 100 * token.probability());
                }
                out.println();
                name = layer.top().get(last).get(0).id();
            }
            Attribution parts = inspector.attribute(Prompt.of(text), name);
            out.printf("%nThe logit of %s is %.2f. Most of it:%n", Bars.quote(gpt2, name), parts.logit());
            parts.largest(6).forEach(part -> out.printf("%-9s %+6.2f%n", part.name(), part.value()));
            leaveOut(gpt2, inspector, name, last);
            patch(gpt2, inspector, last);
        }
    }

    /** A head that is left out. */
    private record Loss(int layer, int head, double nats) {}

    /** Leaves out each head alone: as many runs as heads, in one call. */
    private void leaveOut(Gpt2 gpt2, Inspector inspector, int name, int last) {
        int heads = gpt2.config().heads();
        List<List<Intervention>> changes = IntStream.range(0, gpt2.config().layers() * heads)
                .mapToObj(n -> List.of(Intervention.zero(Hook.Z.at(n / heads)).ofHead(n % heads)))
                .toList();
        List<Trace> runs = inspector.trace(Prompt.of(text), TraceOptions.of("logits"), changes);
        Trace whole = inspector.trace(text, TraceOptions.of("logits", "*.hook_pattern"));
        List<Loss> losses = IntStream.range(0, runs.size())
                .mapToObj(n ->
                        new Loss(n / heads, n % heads, logProbability(whole, name) - logProbability(runs.get(n), name)))
                .sorted(Comparator.comparingDouble(Loss::nats).reversed())
                .toList();
        out.printf("%nWithout this head, %s loses nats; the head looks at:%n", Bars.quote(gpt2, name));
        for (Loss loss : losses.subList(0, 5)) {
            float[] row = whole.tensor(Hook.PATTERN, loss.layer).row(loss.head, last);
            int most = IntStream.range(0, row.length).reduce(0, (a, b) -> row[b] > row[a] ? b : a);
            String token = Bars.quote(gpt2, whole.ids().get(most));
            out.printf("head %d.%d  %5.2f   %s %.0f %%%n", loss.layer, loss.head, loss.nats, token, 100 * row[most]);
        }
    }

    /** Patches the vectors of a text with another name into the run: at the name, or at the last token. */
    private void patch(Gpt2 gpt2, Inspector inspector, int last) {
        String[] words = instead.split(",");
        Trace own = inspector.trace(text, TraceOptions.of("hook_embed"));
        Trace other = inspector.trace(text.replace(words[0], words[1]), TraceOptions.of("*.hook_resid_pre"));
        int token = gpt2.encode(words[1]).get(0);
        if (own.ids().size() != other.ids().size()) {
            throw new IllegalArgumentException("--instead is \"" + instead + "\", expected words of as many tokens");
        }
        out.printf("%nProbability of %s with the vectors of a text that has it:%n", Bars.quote(gpt2, token));
        out.printf("before layer  at the name  at the end%n");
        for (int layer = 0; layer < gpt2.config().layers(); layer++) {
            Intervention patch = Intervention.replace(Hook.RESID_PRE.at(layer), other);
            List<Intervention> names = new ArrayList<>();
            for (int place = 0; place < last; place++) {
                if (!own.ids().get(place).equals(other.ids().get(place))) {
                    names.add(patch.atPosition(place));
                }
            }
            List<List<Intervention>> changes = List.of(names, List.of(patch.atPosition(last)));
            List<Trace> runs = inspector.trace(Prompt.of(text), TraceOptions.of("logits"), changes);
            double atName = Math.exp(logProbability(runs.get(0), token));
            double atEnd = Math.exp(logProbability(runs.get(1), token));
            out.printf("%12d %10.1f %% %9.1f %%%n", layer, 100 * atName, 100 * atEnd);
        }
    }

    private static double logProbability(Trace trace, int token) {
        float[] logits = trace.tensor("logits").row(trace.ids().size() - 1);
        return -Math.log(IntStream.range(0, logits.length)
                .mapToDouble(i -> Math.exp(logits[i] - logits[token]))
                .sum());
    }
}
