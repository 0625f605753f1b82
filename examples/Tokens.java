import io.github.gpt2djl.Gpt2;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import support.Bars;
import support.BytePairs;
import support.Lesson;

/** Lesson 1: a model sees neither letters nor words but tokens, which byte-pair encoding has merged from bytes. */
@Command(name = "Tokens", description = "Text as tokens, and how byte-pair encoding makes them.")
public final class Tokens extends Lesson {
    @Parameters(arity = "0..1", description = "A text to cut; default: \"${DEFAULT-VALUE}\".")
    String text = "Love is love, apothecary 👍";

    @Option(names = "--word", description = "A word to merge; default: ${DEFAULT-VALUE}.")
    String word = "unkindness";

    public static void main(String... args) {
        run(new Tokens(), args);
    }

    @Override
    protected void teach() throws IOException {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("the text is empty, expected at least one character");
        }
        if (!word.matches("[A-Za-z]+")) {
            throw new IllegalArgumentException("--word is " + Bars.quote(word) + ", expected letters A to Z, a to z");
        }
        try (Gpt2 gpt2 = load()) {
            cut(gpt2);
            compare(gpt2);
            merge(gpt2);
        }
    }

    private void cut(Gpt2 gpt2) {
        List<Integer> ids = gpt2.encode(text);
        out.println(Bars.quote(text) + " is " + ids.size() + " tokens:\n");
        // A character's bytes can be spread over several tokens; none of them is text by itself.
        List<Integer> character = new ArrayList<>();
        for (int id : ids) {
            character.add(id);
            String piece = gpt2.decode(character);
            if (!piece.contains("\uFFFD")) {
                String numbers = character.toString().replaceAll("[\\[\\],]", "");
                out.printf("%20s  %s%n", numbers, Bars.quote(piece));
                character.clear();
            }
        }
        out.println("\nDecoded: " + Bars.quote(gpt2.decode(ids)));
    }

    private void compare(Gpt2 gpt2) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("Shakespeare", "Shall I compare thee to a summer's day? Thou art more lovely");
        texts.put("news", "The government published the economic statistics on Thursday");
        texts.put("German", "Die Maschine lernt, das nächste Wort vorherzusagen");
        texts.put("Java", "for (int i = 0; i < n; i++) { sum += values[i]; }");
        texts.put("numbers", "3.14159 2.71828 1.41421 1.61803");
        texts.put("emoji", "👍 🦄 🎉 🚀");

        out.printf("%n%12s %6s %7s %11s %17s%n", "", "words", "tokens", "tokens/word", "characters/token");
        texts.forEach((kind, sample) -> {
            int words = sample.split(" ").length;
            int characters = sample.codePointCount(0, sample.length());
            double tokens = gpt2.encode(sample, false).size();
            out.printf("%12s %6d %7.0f %11.1f %17.1f%n", kind, words, tokens, tokens / words, characters / tokens);
        });
    }

    private void merge(Gpt2 gpt2) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < gpt2.config().vocabularySize(); id++) {
            ids.putIfAbsent(gpt2.decode(id), id);
        }
        List<BytePairs.Step> steps = BytePairs.merge(word, ids);

        out.println("\nMerges of \"" + word + "\": of all neighbours that are a token when joined, the lowest id.\n");
        for (BytePairs.Step step : steps) {
            Object id = step.merged().isEmpty() ? "" : ids.get(step.merged());
            out.printf("%8s %5s  %s%n", step.merged(), id, String.join("|", step.pieces()));
        }
        List<String> pieces = steps.get(steps.size() - 1).pieces();
        List<Integer> merged = pieces.stream().map(p -> ids.getOrDefault(p, -1)).toList();
        List<Integer> encoded = gpt2.encode(word);
        out.println("\nTheir ids: " + merged + ". The tokenizer's: " + encoded + ".");
        if (!merged.equals(encoded)) {
            out.println(
                    "They differ: only GPT-2's ids are in the order of the merges. OPT's are not, and </s> comes first;"
                            + " the first GPT's merges end words with </w>.");
        }
    }
}
