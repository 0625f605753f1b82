import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.text.BreakIterator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Lesson;

/** Lesson 11: a task is a text that has begun; the model was trained for none of these (Radford et al. 2019). */
@Command(name = "ZeroShot", description = "Translation, summary, questions: tasks as texts to continue.")
public final class ZeroShot extends Lesson {
    private static final String PAIRS = """
            The house is old. = La maison est vieille.
            I have a brother. = J'ai un frère.
            Where is the king? = Où est le roi ?
            """;

    private static final String ARTICLE = """
            A storm came to the coast on Friday night. The wind took the roof from the church and the sails from \
            the mill. No man was hurt. The people of the town sat in the inn until the morning, and sang.
            """;

    private static final String QUESTIONS = """
            Q: Who wrote the play Hamlet?
            A: William Shakespeare
            Q: What is the capital of France?
            A: Paris
            """;

    private static final String DIALOGUE = """
            Q: When did the storm come?
            A: On Friday night
            Q: What did it take from the mill?
            A:""";

    private enum Task {
        translate,
        summarize,
        answer,
        read,
        choose,
        all
    }

    @Option(names = "--task", description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
    Task task = Task.all;

    @Option(names = "--text", description = "Your own sentence to translate, text to summarize or question to answer.")
    String text;

    public static void main(String... args) {
        run(new ZeroShot(), args);
    }

    @Override
    protected void teach() throws Exception {
        if (text != null
                && !List.of(Task.translate, Task.summarize, Task.answer).contains(task)) {
            throw new IllegalArgumentException("--text needs --task translate, summarize or answer");
        }
        try (Gpt2 gpt2 = load()) {
            for (Task one : task == Task.all ? EnumSet.range(Task.translate, Task.choose) : EnumSet.of(task)) {
                out.println("== " + one);
                switch (one) {
                    case translate -> print(gpt2, PAIRS + given("My brother is the king.") + " =", line(), 1);
                    case summarize -> print(gpt2, given(ARTICLE.strip()) + "\nTL;DR:", draws(), 3);
                    case answer -> print(gpt2, QUESTIONS + "Q: " + given("Who loved Juliet?") + "\nA:", line(), 1);
                    case read -> print(gpt2, ARTICLE + "\n" + DIALOGUE, line(), 1);
                    default -> choose(gpt2);
                }
            }
        }
    }

    private String given(String usual) {
        return text == null ? usual : text;
    }

    /** Greedy to the line's end. */
    private static GenerationConfigBuilder line() {
        return GenerationConfig.builder().maxNewTokens(40).stopStrings("\n");
    }

    private static GenerationConfigBuilder draws() {
        return GenerationConfig.builder().doSample(true).topK(2).seed(1).maxNewTokens(100);
    }

    private void print(Gpt2 gpt2, String prompt, GenerationConfigBuilder config, int sentences) {
        String all = gpt2.generate(prompt, config.build()).text();
        BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ENGLISH);
        breaks.setText(all);
        int end = breaks.next(sentences);
        String answer = (end == BreakIterator.DONE ? all : all.substring(0, end)).strip();
        out.println(prompt + "\n→ " + (answer.isEmpty() ? "(an empty line)" : answer) + "\n");
    }

    /** A Winograd schema: the last word decides what the pronoun means; each meaning in turn takes its place. */
    private void choose(Gpt2 gpt2) {
        String begin = "The sword does not go into the sheath because";
        for (String end : List.of(" is too wide.", " is too narrow.")) {
            out.printf("%s it%s%n%-12s %8s %8s%n", begin, end, "it =", "partial", "full");
            for (String it : List.of(" the sword", " the sheath")) {
                // Partial scoring (Trinh and Le 2018): how likely is what follows? Full: how likely is all of it?
                double partial = logProbability(gpt2, begin + it, end);
                double full = logProbability(gpt2, begin, it + end);
                out.printf("%-12s %8.2f %8.2f%n", it.strip(), partial, full);
            }
        }
    }

    private static double logProbability(Gpt2 gpt2, String given, String rest) {
        return gpt2.rank(Prompt.of(given), List.of(Prompt.of(rest))).get(0).sum();
    }
}
