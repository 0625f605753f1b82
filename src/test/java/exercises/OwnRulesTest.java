package exercises;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.internal.sampling.CounterRandom;
import io.github.gpt2djl.sampling.LogitsProcessor;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.testing.ShippedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Solutions of examples/EXERCISES.md: rules and samplers of one's own. */
class OwnRulesTest {
    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    @Test
    void lipogram() {
        int all = gpt2.config().vocabularySize();
        int[] banned = IntStream.range(0, all)
                .filter(id -> gpt2.decode(id).toLowerCase().contains("e"))
                .toArray();
        Sheet.states("OwnRulesTest.lipogram", "Check: %,d of the %,d tokens", banned.length, all);
        var config = GenerationConfig.builder().maxNewTokens(100).doSample(true).seed(1);
        config.logitsProcessor((scores, text) -> {
            for (int id : banned) {
                scores[id] = Float.NEGATIVE_INFINITY;
            }
        });
        String text = gpt2.generate("A man", config.build()).text();
        assertThat(text.toLowerCase()).hasSizeGreaterThan(100).doesNotContain("e");
        assertThat(text).contains("o", "a");
    }

    @Test
    void acrostic() {
        String name = "ROMEO";
        List<String> words = IntStream.range(0, gpt2.config().vocabularySize())
                .mapToObj(id -> gpt2.decode(id))
                .toList();
        int prompt = gpt2.encode("A poem\n").size();
        LogitsProcessor begins = (scores, text) -> {
            if (!words.get(text.id(text.length() - 1)).equals("\n")) {
                return;
            }
            int line = (int) IntStream.range(prompt, text.length())
                    .filter(i -> words.get(text.id(i)).equals("\n"))
                    .count();
            for (int id = 0; id < scores.length && line < name.length(); id++) {
                if (!words.get(id).startsWith(name.substring(line, line + 1))) {
                    scores[id] = Float.NEGATIVE_INFINITY;
                }
            }
        };
        var config = GenerationConfig.builder().maxNewTokens(150).doSample(true).seed(1);
        String poem = gpt2.generate("A poem\n", config.logitsProcessor(begins).build())
                .text();
        assertThat(poem.lines().limit(5).map(line -> line.substring(0, 1))).containsExactly("R", "O", "M", "E", "O");
    }

    @Test
    void rhyme() {
        var config = GenerationConfig.builder().maxNewTokens(25).doSample(true).stopStrings("\n");
        config.numReturnSequences(200).seed(1);
        // Those that are whole.
        List<String> lines = gpt2.generateAll(List.of(Prompt.of("ROMEO:\n")), config.build()).stream()
                .filter(line -> line.finishReason() == FinishReason.STOP)
                .map(Generation::text)
                .toList();
        List<List<String>> couplets = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            for (int j = i + 1; j < lines.size(); j++) {
                if (rhyme(lastWord(lines.get(i)), lastWord(lines.get(j)))) {
                    couplets.add(List.of(lines.get(i), lines.get(j)));
                }
            }
        }
        assertThat(couplets).allMatch(both -> !lastWord(both.get(0)).equals(lastWord(both.get(1))));
        Sheet.states("OwnRulesTest.rhyme", "%d pairs of lines rhyme", couplets.size());
        assertThat(rhyme("dearly", "nearly")).isTrue();
        assertThat(rhyme("her", "father")).isFalse();
    }

    private static boolean rhyme(String word, String other) {
        return word.length() > 2
                && other.endsWith(word.substring(word.length() - 3))
                && !word.endsWith(other)
                && !other.endsWith(word);
    }

    private static String lastWord(String line) {
        return line.toLowerCase().replaceAll("[^a-z]+$", "").replaceAll(".*[^a-z]", "");
    }

    @Test
    void watermark() {
        var plain = GenerationConfig.builder()
                .maxNewTokens(150)
                .doSample(true)
                .seed(1)
                .build();
        LogitsProcessor greener = (scores, text) -> {
            for (int id = 0; id < scores.length; id++) {
                scores[id] += isGreen(text.id(text.length() - 1), id) ? 3 : 0;
            }
        };
        var marked = plain.toBuilder().logitsProcessor(greener).build();
        double withMark = z(gpt2.generate("ROMEO:\n", marked).ids());
        double without = z(gpt2.generate("ROMEO:\n", plain).ids());
        assertThat(withMark).isGreaterThan(5);
        assertThat(without).isBetween(-3.0, 3.0);
        Sheet.states("OwnRulesTest.watermark", "Check: %.1f with the mark and %.1f without", withMark, without);
    }

    /** Half of the vocabulary, another half after each token. */
    private static boolean isGreen(int before, int id) {
        return CounterRandom.uniform(before, 0, id) < 0.5;
    }

    /** How many standard deviations more green tokens there are than by chance. */
    private static double z(List<Integer> ids) {
        int n = ids.size() - 1;
        long green = IntStream.range(0, n)
                .filter(i -> isGreen(ids.get(i), ids.get(i + 1)))
                .count();
        return (green - n / 2.0) / Math.sqrt(n / 4.0);
    }

    @Test
    void yourOwnSampler() {
        double temperature = 0.8;
        int k = 20;
        long seed = 7;
        List<Integer> ids = new ArrayList<>(gpt2.encode("ROMEO:"));
        int prompt = ids.size();
        var next = GenerationConfig.builder().maxNewTokens(1).topLogprobs(k).build();
        for (int step = 0; step < 30; step++) {
            List<TokenProbability> top = new ArrayList<>(
                    gpt2.generate(Prompt.ofIds(ids), next).tokens().get(0).top());
            double sum = top.stream().mapToDouble(t -> weight(t, temperature)).sum();
            top.sort(Comparator.comparingInt(TokenProbability::id));
            double left = CounterRandom.uniform(seed, 0, step) * sum;
            int chosen = 0;
            while (left >= weight(top.get(chosen), temperature)) {
                left -= weight(top.get(chosen++), temperature);
            }
            ids.add(top.get(chosen).id());
        }
        String first = gpt2.decode(ids.subList(prompt, ids.size()))
                .lines()
                .skip(1)
                .findFirst()
                .orElseThrow();
        Sheet.states("OwnRulesTest.yourOwnSampler", "the text begins with a line break and \"%s\"", first);
        var config = GenerationConfig.builder().maxNewTokens(30).doSample(true).temperature(temperature);
        assertThat(ids.subList(prompt, ids.size()))
                .isEqualTo(gpt2.generate("ROMEO:", config.topK(k).seed(seed).build())
                        .ids());
    }

    private static double weight(TokenProbability token, double temperature) {
        return Math.exp(token.logProbability() / temperature);
    }
}
