import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Preset;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Session;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Lesson;
import support.LogProbabilities;
import support.Memory;

/** Lesson 18: a story, paragraph by paragraph: several candidates for each, of which one becomes the story. */
@Command(name = "Story", description = "Writes a story from its opening, or an article from its headline.")
public final class Story extends Lesson {
    /** The prompt of OpenAI's best-known sample. */
    private static final String UNICORNS = "In a shocking finding, scientist discovered a herd of unicorns living in a"
            + " remote, previously unexplored valley, in the Andes Mountains. Even more surprising to the researchers"
            + " was the fact that the unicorns spoke perfect English.";

    @Option(names = "--opening", description = "How the first paragraph begins.")
    String opening = "";

    @Option(names = "--headline", description = "What it is about; default: OpenAI's unicorns.")
    String headline = "";

    @Option(names = "--paragraphs", description = "Default: ${DEFAULT-VALUE}.")
    int paragraphs = 3;

    @Option(names = "--num-return-sequences", description = "For each paragraph; default: ${DEFAULT-VALUE}.")
    int candidates = 5;

    @Option(names = "--take", description = "Which of them, 1 the one the model is surest of; default: the middle one.")
    int take;

    @Option(names = "--choose", description = "Choose each paragraph yourself.")
    boolean choose;

    @Option(names = "--seed", description = "Of the draws; default: ${DEFAULT-VALUE}.")
    long seed = 2;

    public static void main(String... args) {
        run(new Story(), args);
    }

    @Override
    protected void teach() throws IOException {
        if (!opening.isEmpty() && !headline.isEmpty()) {
            throw new IllegalArgumentException("found --opening and --headline, expected one of them");
        }
        if (paragraphs < 1 || take < 0 || take > candidates) {
            throw new IllegalArgumentException("found --paragraphs " + paragraphs + " and --take " + take
                    + ", expected at least 1 and one of " + candidates + " candidates");
        }
        var answers = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String first = opening.isEmpty() ? (headline.isEmpty() ? UNICORNS : headline) + "\n" : opening;
        try (Gpt2 gpt2 = load();
                Session session = gpt2.session()) {
            int longest = gpt2.config().positions() / 4;
            Memory story = new Memory(gpt2, longest);
            // It stays in sight; what does not fit between it and the latest paragraphs is cut.
            story.pin(first);
            out.print(first);
            for (int i = 0; i < paragraphs; i++) {
                var config = GenerationConfig.builder()
                        .preset(Preset.OPENAI)
                        .topK(40)
                        .seed(seed + i)
                        .numReturnSequences(candidates)
                        .maxNewTokens(longest)
                        .stopStrings("\n\n")
                        .build();
                Prompt prompt = Prompt.of(story.view("").text());
                List<Generation> sorted = session.replace(prompt).generateAll(config).stream()
                        .sorted(Comparator.comparingDouble(LogProbabilities::mean)
                                .reversed())
                        .toList();
                Generation taken =
                        sorted.get((choose ? ask(sorted, answers) : take == 0 ? (candidates + 1) / 2 : take) - 1);
                story.add(text(taken) + "\n");
                out.println(text(taken));
                out.println(sorted.stream()
                        .map(c -> String.format(c == taken ? "*%.2f*" : "%.2f", LogProbabilities.mean(c)))
                        .collect(Collectors.joining(" ", "[mean log-probabilities: ", "]")));
            }
        }
    }

    private int ask(List<Generation> sorted, BufferedReader answers) throws IOException {
        for (int i = 0; i < sorted.size(); i++) {
            out.println("\n(" + (i + 1) + ") " + text(sorted.get(i)).strip());
        }
        while (true) {
            out.print("\nWhich one, 1 to " + sorted.size() + "? ");
            out.flush();
            String line = answers.readLine();
            if (line == null) {
                throw new IOException("the input has ended, expected the number of a candidate");
            }
            if (line.matches("[1-9]\\d?") && Integer.parseInt(line) <= sorted.size()) {
                return Integer.parseInt(line);
            }
        }
    }

    /** Without a sentence that the length has cut off. */
    private static String text(Generation candidate) {
        boolean cut = candidate.finishReason() == FinishReason.LENGTH;
        return (cut ? candidate.text().replaceFirst("(?s)([.!?]\\W?)[^.!?]*$", "$1") : candidate.text())
                .stripTrailing();
    }
}
