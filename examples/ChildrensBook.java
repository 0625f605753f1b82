import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.RankedContinuation;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.ClozeQuestion;
import support.Lesson;
import support.Progress;
import support.TextLines;

/** Lesson 13: a question with ten answers; the model takes the one that makes the rest likeliest (CBT). */
@Command(name = "ChildrensBook", description = "The Children's Book Test: which of ten words is missing?")
public final class ChildrensBook extends Lesson {
    private static final int SHOWN = 8;

    @Option(names = "--file", description = "Questions in the published form; default: invented ones.")
    Path file;

    @Option(names = "--limit", description = "Only the first questions, so many.")
    int limit = Integer.MAX_VALUE;

    private int questions;
    private int right;
    private int shortened;
    private double guessing;
    private final StringBuilder rows = new StringBuilder();

    public static void main(String... args) {
        run(new ChildrensBook(), args);
    }

    @Override
    protected void teach() throws Exception {
        List<ClozeQuestion> all = ClozeQuestion.parse(TextLines.read(file, "cbtest.txt"));
        List<ClozeQuestion> asked = all.subList(0, Math.min(limit, all.size()));
        try (Gpt2 gpt2 = load()) {
            for (ClozeQuestion question : Progress.over("answering", asked)) {
                ask(gpt2, question);
            }
        }
        out.println(rows);
        out.printf("%-28s %9s%n", "", "accuracy");
        out.printf("%-28s %7.2f %%%n", model + ", " + questions + " questions", 100.0 * right / questions);
        out.printf("%-28s %7.2f %%%n", "guessing", 100 * guessing / questions);
        if (shortened > 0) {
            out.println(shortened + " passages were longer than the model's context: they begin later");
        }
        out.println("""
                Radford et al. 2019, on the validation set: common nouns, named entities
                gpt2          (117M)          87.65 %   83.40 %
                gpt2-medium   (345M)          92.35 %   87.10 %
                gpt2-large    (762M)          93.45 %   88.00 %
                gpt2-xl      (1542M)          93.30 %   89.05 %""");
    }

    private void ask(Gpt2 gpt2, ClozeQuestion question) {
        List<Prompt> choices = question.candidates().stream()
                .map(word -> Prompt.of(question.continuation(word)))
                .toList();
        int longest = choices.stream().mapToInt(gpt2::count).max().orElseThrow();
        int leftOut = 0;
        while (gpt2.count(Prompt.of(question.prompt(leftOut))) + longest
                > gpt2.config().positions()) {
            leftOut++;
        }
        // The sum, as in the paper: all choices are followed by the same words.
        List<RankedContinuation> best = gpt2.rank(Prompt.of(question.prompt(leftOut)), choices).stream()
                .sorted(Comparator.comparingDouble(RankedContinuation::sum).reversed())
                .toList();
        String guess = question.candidates().get(best.get(0).index());
        questions++;
        right += guess.equals(question.answer()) ? 1 : 0;
        shortened += leftOut > 0 ? 1 : 0;
        guessing += 1.0 / choices.size();
        if (questions <= SHOWN) {
            rows.append(question.query()).append('\n');
            for (RankedContinuation choice : best.subList(0, Math.min(3, best.size()))) {
                String word = question.candidates().get(choice.index());
                String mark = word.equals(question.answer()) ? "  (the answer)" : "";
                rows.append("%10.2f  %s%s%n".formatted(choice.sum(), word, mark));
            }
        }
    }
}
