import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InsufficientMemoryException;
import io.github.gpt2djl.KnownModel;
import io.github.gpt2djl.ModelConfig.Architecture;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import support.Lesson;

/** Lesson 21: GPT-2 was published in four steps, out of concern about misuse; the catalog has them all. */
@Command(name = "StagedRelease", description = "How GPT-2 was published, and what of it is on this machine.")
public final class StagedRelease extends Lesson {
    private record Stage(String date, String what, String... models) {}

    private static final List<Stage> STAGES = List.of(
            new Stage("11 June 2018", """
                    OpenAI: "Improving Language Understanding by Generative Pre-Training". The first GPT, published at once.
                    """, "openai-gpt"),
            new Stage("14 February 2019", """
                    OpenAI: "Better Language Models and Their Implications", with the paper "Language Models are
                    Unsupervised Multitask Learners". Of four sizes the smallest is published (called 117M at first).
                    "Due to our concerns about malicious applications of the technology, we are not releasing the
                    trained model."
                    """, "gpt2"),
            new Stage("May 2019", """
                    The second (called 345M at first). OpenAI's report of November says why in stages: it "allows time
                    between model releases to conduct risk and benefit analyses as model sizes increased".
                    """, "gpt2-medium"),
            new Stage("20 August 2019", """
                    The third, with "GPT-2: 6-Month Follow-Up": "it's plausible that findings from a partner, or
                    malicious usage of our 774M model, could change" the plan to publish the last.
                    """, "gpt2-large"),
            new Stage("2019", """
                    Hugging Face: half of the layers of the smallest, and trained to say what it says (distillation).
                    """, "distilgpt2"),
            new Stage("5 November 2019", """
                    The last, with "GPT-2: 1.5B Release": "We've seen no strong evidence of misuse so far."
                    """, "gpt2-xl"),
            new Stage("May 2022", """
                    Meta AI: "OPT: Open Pre-trained Transformer Language Models", 125M to 175B; of the largest the
                    weights are given on request, for research.
                    """, "opt-125m", "opt-350m", "opt-1.3b", "opt-2.7b", "opt-6.7b"));

    @Parameters(
            arity = "0..1",
            description = "What the models on this machine continue; default: \"${DEFAULT-VALUE}\".")
    String prompt = "The future of AI is";

    public static void main(String... args) {
        run(new StagedRelease(), args);
    }

    @Override
    protected void teach() throws IOException {
        Set<String> here = new LinkedHashSet<>();
        for (Stage stage : STAGES) {
            out.println(stage.date());
            out.print(stage.what().indent(2));
            for (String name : stage.models()) {
                KnownModel known = KnownModel.find(name).orElseThrow();
                describe(known);
                if (known.isAvailable()) {
                    here.add(name);
                }
            }
            out.println();
        }
        out.println("To get one: java -jar target/gpt2-djl.jar download gpt2\n");
        here.add(model);
        var config = GenerationConfig.builder().maxNewTokens(30).build();
        for (String name : here) {
            try (Gpt2 gpt2 = load(name)) {
                out.println(name + ": " + prompt + gpt2.generate(prompt, config).text());
            } catch (InsufficientMemoryException e) {
                out.println(name + ": " + e.getMessage());
            }
        }
    }

    private void describe(KnownModel model) {
        long parameters = model.config().parameters();
        out.printf(
                "  %-12s %7.1f M parameters %13s   %s%n",
                model.name(), parameters / 1e6, size(model), model.isAvailable() ? "here" : "not here");
    }

    private static String size(KnownModel model) {
        if (model.downloadBytes().isPresent()) {
            return String.format("%.2f GB", model.downloadBytes().getAsLong() / 1e9);
        }
        // Not verified: at least 4 bytes a weight, OPT's 2.
        int bytes = model.config().architecture() == Architecture.OPT ? 2 : 4;
        return String.format("over %.2f GB", bytes * model.config().parameters() / 1e9);
    }
}
