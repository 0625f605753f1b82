import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.Lesson;

/** Lesson 22: a vocabulary of characters, as BERT's WordPiece has, in place of bytes. */
@Command(name = "Chinese", description = "A Chinese text as tokens, and how it goes on.")
public final class Chinese extends Lesson {
    /** Between two characters, of which one is Chinese, nobody writes a space; the tokenizer's decoder does. */
    private static final String SPACE =
            " (?=[\\p{IsHan}\\u3000-\\u303F\\uFF00-\\uFFEF])|(?<=[\\p{IsHan}\\u3000-\\u303F\\uFF00-\\uFFEF]) ";

    @Parameters(arity = "0..1", description = "A text to go on from; default: ${DEFAULT-VALUE}.")
    String text = "这是很久之前的事情了，";

    @Option(names = "--max-new-tokens", description = "How many follow; default: ${DEFAULT-VALUE}.")
    int tokens = 40;

    @Option(names = "--top-p", description = "Above 0, at most 1; default: ${DEFAULT-VALUE}.")
    double topP = 0.9;

    @Option(names = "--seed", description = "Of all draws; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    public static void main(String... args) {
        run(new Chinese(), args);
    }

    @Override
    protected void teach() throws IOException {
        if (text.isEmpty() || tokens < 1) {
            throw new IllegalArgumentException(
                    "found " + tokens + " tokens after " + Bars.quote(text) + ", expected at least one, and a text");
        }
        try (Gpt2 gpt2 = load()) {
            List<Integer> ids = cut(gpt2);
            var config = GenerationConfig.builder().maxNewTokens(tokens);
            goOn(gpt2, ids, "greedy", config.doSample(false));
            config.doSample(true).topP(topP).topK(0);
            for (int i = 0; i < 3; i++) {
                goOn(gpt2, ids, "top-p " + topP, config.seed(seed + i));
            }
        }
    }

    /** Shows the tokens; returns those that a continuation starts from. */
    private List<Integer> cut(Gpt2 gpt2) {
        List<Integer> ids = gpt2.encode(text, false);
        int characters = text.codePointCount(0, text.length());
        out.printf("%s: %d characters, %d tokens%n%n", text, characters, ids.size());
        List<Integer> open = new ArrayList<>();
        for (int id : ids) {
            open.add(id);
            String piece = gpt2.decode(open);
            // Where a vocabulary has only bytes, several tokens are one character.
            if (!piece.contains("\uFFFD")) {
                out.printf("%20s  %s%n", open.toString().replaceAll("[\\[\\],]", ""), piece.strip());
                open.clear();
            }
        }
        List<Integer> around = gpt2.encode(text);
        if (!around.equals(ids)) {
            out.println("\nAs a text of its own: " + gpt2.decode(around));
            out.println("A text that goes on does not end there: the model gets what stands in the middle.");
        }
        if (ids.size() > 2 * characters) {
            out.println(
                    "\nThis vocabulary spells Chinese in bytes. One of characters: --model gpt2-chinese --download");
        }
        return ids;
    }

    private void goOn(Gpt2 gpt2, List<Integer> ids, String how, GenerationConfigBuilder config) {
        String more = gpt2.generate(new Prompt(null, ids), config.build()).text();
        out.printf("%n%s:%n%s%n", how, (text + more).replaceAll(SPACE, ""));
    }
}
