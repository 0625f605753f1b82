import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Lesson;
import support.Picture;
import support.Progress;
import support.Stopwatch;
import support.Work;

/** Lesson 7: keys and values of the text so far are kept; else each token would cost as much as all before it. */
@Command(name = "WhyCache", description = "Time of a token with the KV cache and without it.")
public final class WhyCache extends Lesson {
    private static final int PLACES = 16;

    private record Place(int tokens, List<Double> with, List<Double> without) {}

    @Parameters(arity = "0..1", description = "The text so far; default: \"${DEFAULT-VALUE}\".")
    String prompt = "GLOUCESTER:";

    @Option(names = "--max-length", description = "Tokens in all; default: as many as the model has positions.")
    @Nullable
    Integer length;

    @Option(names = "--repetitions", description = "The medians of so many are shown; default: ${DEFAULT-VALUE}.")
    int runs = 3;

    public static void main(String... args) {
        run(new WhyCache(), args);
    }

    @Override
    protected void teach() throws IOException {
        try (Gpt2 gpt2 = load()) {
            int positions = gpt2.config().positions();
            int all = length == null ? positions : length;
            if (all > positions) {
                throw new IllegalArgumentException("--max-length is " + all + ", expected at most " + positions);
            }
            // Greedy, and nothing ends the text before.
            var whole = GenerationConfig.builder().maxLength(all).minLength(all).build();
            var one = GenerationConfig.builder().maxNewTokens(1).minNewTokens(1).build();
            Generation text = gpt2.generate(prompt, whole);
            List<Integer> ids = new ArrayList<>(text.promptIds());
            ids.addAll(text.ids());
            int given = text.promptIds().size();
            int every = Math.max(1, (all - given) / PLACES);
            List<Place> places = IntStream.iterate(given + every, n -> n < all, n -> n + every)
                    .mapToObj(n -> new Place(n, new ArrayList<>(), new ArrayList<>()))
                    .toList();
            if (places.isEmpty()) {
                throw new IllegalArgumentException("--max-length is " + all + ", expected at least " + (given + 2));
            }

            // All places in each run, so that a minute in which the machine is busy spoils none.
            for (int run : Progress.over("runs", Collections.nCopies(runs, 0))) {
                List<Double> steps = millisecondsOfEachToken(gpt2, whole);
                for (Place place : places) {
                    int n = place.tokens();
                    // Of the tokens since the place before.
                    place.with().addAll(steps.subList(n - given - every + 1, n - given + 1));
                    Prompt before = Prompt.ofIds(ids.subList(0, n));
                    List<Integer> next = gpt2.generate(before, one).ids();
                    if (!next.equals(List.of(ids.get(n)))) {
                        throw new IllegalStateException("after " + n + " tokens comes " + next + " without the cache,"
                                + " expected " + ids.get(n) + " as with it; are two tokens equally likely?");
                    }
                    place.without().add(Stopwatch.milliseconds(() -> gpt2.generate(before, one)));
                }
            }
            show(gpt2, places);
        }
    }

    /** The first takes the prompt's time, too. */
    private List<Double> millisecondsOfEachToken(Gpt2 gpt2, GenerationConfig config) {
        List<Double> milliseconds = new ArrayList<>();
        long[] last = {System.nanoTime()};
        gpt2.generate(Prompt.of(prompt), config, token -> {
            long now = System.nanoTime();
            milliseconds.add((now - last[0]) / 1e6);
            last[0] = now;
        });
        return milliseconds;
    }

    private void show(Gpt2 gpt2, List<Place> places) throws IOException {
        List<Double> with =
                places.stream().map(place -> Stopwatch.median(place.with())).toList();
        List<Double> without =
                places.stream().map(place -> Stopwatch.median(place.without())).toList();
        List<Integer> tokens = places.stream().map(Place::tokens).toList();
        out.println("tokens before   with the cache   without");
        for (int i = 0; i < places.size(); i++) {
            out.printf("%13d %13.2f ms %6.2f ms%n", tokens.get(i), with.get(i), without.get(i));
        }
        int n = tokens.get(tokens.size() - 1);
        out.println("\nBoth ways gave the same tokens. With the cache one token goes through the matrices, and looks");
        out.printf("at %d keys and values: %.1f million multiply-adds.%n", n, Work.cached(gpt2.config(), n) / 1e6);
        out.printf("Without it all %d tokens do so again: %.0f million.%n", n, Work.anew(gpt2.config(), n) / 1e6);

        XYChart chart = Picture.plot("The time that the next token takes", "tokens before it", "milliseconds");
        chart.getStyler().setYAxisMin(0.0);
        chart.addSeries("the whole text anew", tokens, without);
        chart.addSeries("with keys and values kept", tokens, with);
        out.println("wrote " + Picture.save(chart, pictures, "why-cache.png"));
    }
}
