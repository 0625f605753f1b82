import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Lesson;
import support.LogProbabilities;

/** Lesson 16: a function from its beginning: several candidates, the one that the model is surest of first. */
@Command(name = "CodeCompletion", description = "Completes a Python or Java function.")
public final class CodeCompletion extends Lesson {
    /** How a function may begin, where it is over, and what of it the stop string takes away. */
    private record Language(String example, String end, String... stops) {}

    /** The stops are those of Codex's paper: what follows stands in the first column. */
    private static final Language PYTHON = new Language(
            "def add(a, b):\n    \"\"\"Return the sum of a and b.\"\"\"\n",
            "",
            "\nclass",
            "\ndef",
            "\n#",
            "\nif",
            "\nprint");

    private static final Language JAVA =
            new Language("/** Returns the sum of a and b. */\nstatic int add(int a, int b) {\n", "\n}", "\n}");

    private record Candidate(String how, Generation generation, double mean) {}

    @Option(names = "--java", description = "A Java method; default: a Python function.")
    boolean java;

    @Option(names = "--function", description = "Its beginning, \\n for a new line; default: one that adds.")
    String function = "";

    @Option(names = "--num-return-sequences", description = "At each temperature; default: ${DEFAULT-VALUE}.")
    int samples = 3;

    @Option(names = "--max-new-tokens", description = "Of a candidate; default: ${DEFAULT-VALUE}.")
    int maxNewTokens = 64;

    @Option(names = "--seed", description = "Of the draws; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    public static void main(String... args) {
        run(new CodeCompletion(), args);
    }

    @Override
    protected void teach() throws IOException {
        if (samples < 0) {
            throw new IllegalArgumentException("found --num-return-sequences " + samples + ", expected at least 0");
        }
        Language language = java ? JAVA : PYTHON;
        String start = function.isEmpty() ? language.example() : function.replace("\\n", "\n");
        try (Gpt2 gpt2 = load()) {
            // One batch, each row with a config of its own.
            List<String> hows = new ArrayList<>(List.of("greedy"));
            List<GenerationRequest> requests = new ArrayList<>(List.of(request(start, config(language))));
            for (double temperature : new double[] {0.2, 0.8}) {
                for (int i = 0; i < samples; i++) {
                    hows.add("temperature " + temperature);
                    requests.add(request(
                            start,
                            config(language)
                                    .doSample(true)
                                    .temperature(temperature)
                                    .topP(0.95)
                                    .seed(seed + i)));
                }
            }
            List<Generation> generations = gpt2.generateAll(requests);

            List<Candidate> candidates = new ArrayList<>();
            for (int i = 0; i < generations.size(); i++) {
                Generation generation = generations.get(i);
                candidates.add(new Candidate(hows.get(i), generation, LogProbabilities.mean(generation)));
            }
            candidates.sort(Comparator.comparingDouble(Candidate::mean).reversed());
            for (Candidate candidate : candidates) {
                Generation generation = candidate.generation();
                out.printf(
                        "--- %s: mean log-probability %.2f, %d tokens, ended by %s%n",
                        candidate.how(), candidate.mean(), generation.tokens().size(), generation.finishReason());
                boolean whole = generation.finishReason() == FinishReason.STOP;
                out.println(start + generation.text() + (whole ? language.end() : " …"));
            }
        }
    }

    private static GenerationRequest request(String start, GenerationConfigBuilder config) {
        return new GenerationRequest(Prompt.of(start), config.build());
    }

    private GenerationConfigBuilder config(Language language) {
        return GenerationConfig.builder().maxNewTokens(maxNewTokens).stopStrings(language.stops());
    }
}
