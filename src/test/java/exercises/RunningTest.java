package exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.RankedContinuation;
import io.github.gpt2djl.Score;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.testing.ShippedModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Solutions of examples/EXERCISES.md: the cache, batches, and how a model and its texts are measured. */
class RunningTest {
    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    @Test
    void whatTheCacheCostsAndSaves() {
        // By transformers 5.23: the bytes of past_key_values after 10 tokens of the shipped model.
        assertThat(cacheBytes(gpt2.config(), 10)).isEqualTo(92_160);
        ModelConfig xl = Catalog.find("gpt2-xl").orElseThrow().config();
        assertThat(8_000_000_000L / cacheBytes(xl, xl.positions())).isEqualTo(12);
        assertThat(computed(10, 100, true)).isEqualTo(109);
        assertThat(computed(10, 100, false)).isEqualTo(5950);
    }

    private static long cacheBytes(ModelConfig model, int tokens) {
        return 2L * Float.BYTES * model.layers() * model.width() * tokens;
    }

    /** Tokens that go through the model; the last one is never fed back. */
    private static int computed(int prompt, int news, boolean cache) {
        int sum = prompt;
        for (int step = 1; step < news; step++) {
            sum += cache ? 1 : prompt + step;
        }
        return sum;
    }

    @Test
    void bestOfSixteen() {
        Prompt prompt = Prompt.of("JULIET:\nO Romeo,");
        var config = GenerationConfig.builder().maxNewTokens(30).doSample(true);
        List<Generation> all = gpt2.generateAll(
                List.of(prompt), config.numReturnSequences(16).seed(1).build());
        Generation best = all.stream()
                .max(Comparator.comparingDouble(one -> one.tokens().stream()
                        .mapToDouble(Token::logProbability)
                        .average()
                        .orElseThrow()))
                .orElseThrow();
        List<Prompt> texts = all.stream().map(one -> Prompt.ofIds(one.ids())).toList();
        RankedContinuation first = gpt2.rank(prompt, texts).get(0);
        assertThat(all.indexOf(best)).isEqualTo(first.index());
        Sheet.states(
                "RunningTest.bestOfSixteen", "It is number %d, with a mean of %.3f", first.index() + 1, first.mean());
    }

    @Test
    void oddWordOut() {
        assertThat(oddWord("My lord, I have heard the king is telephone to London."))
                .isEqualTo("telephone");
        assertThat(oddWord("The king is dead, and I am a bicycle of England.")).isEqualTo("bicycle");
    }

    private static String oddWord(String text) {
        Score score = gpt2.score(Prompt.of(text));
        String odd = "";
        double least = 0;
        String word = "";
        double sum = 0;
        for (int i = 0; i < score.logProbabilities().size(); i++) {
            String piece = gpt2.decode(score.ids().get(i + 1));
            boolean begins = !Character.isLetter(piece.charAt(0));
            word = begins ? piece.strip() : word + piece;
            sum = score.logProbabilities().get(i) + (begins ? 0 : sum);
            if (sum < least) {
                least = sum;
                odd = word;
            }
        }
        return odd;
    }

    @Test
    void sameAgain() {
        assertThat(distinct(List.of(1, 2, 1, 2), 2)).isEqualTo(2.0 / 3);
        Prompt prompt = Prompt.of("ROMEO:\n");
        var greedy = GenerationConfig.builder().maxNewTokens(150).build();
        var drawn = greedy.toBuilder().doSample(true).seed(1).build();
        double ofGreedy = distinct(gpt2.generate(prompt, greedy).ids(), 2);
        double ofDrawn = distinct(gpt2.generate(prompt, drawn).ids(), 2);
        assertThat(ofGreedy).isLessThan(ofDrawn / 2);
        Sheet.states("RunningTest.sameAgain", "Check: %.2f greedy and %.2f drawn with seed 1", ofGreedy, ofDrawn);
    }

    private static double distinct(List<Integer> ids, int n) {
        Set<List<Integer>> seen = new HashSet<>();
        int count = ids.size() - n + 1;
        for (int i = 0; i < count; i++) {
            seen.add(ids.subList(i, i + n));
        }
        return seen.size() / (double) count;
    }

    @Test
    void fillTheGap() {
        Map<String, List<String>> questions = Map.of(
                "To be, or not to", List.of(" be", " sleep", " king"),
                "Now is the winter of our", List.of(" discontent", " horse", " name"),
                "I am the Duke of", List.of(" York", " horse", " me"),
                "God be with", List.of(" you", " king", " is"),
                "How now, my", List.of(" lord", " is", " you"),
                "Give me thy", List.of(" hand", " wherefore", " is"),
                "My kingdom for a", List.of(" horse", " king", " crown"),
                "Good night! Parting is such sweet", List.of(" sorrow", " king", " sword"));
        List<String> right = new ArrayList<>();
        questions.forEach((question, answers) -> {
            List<Prompt> texts = answers.stream().map(Prompt::of).toList();
            if (gpt2.rank(Prompt.of(question), texts).get(0).index() == 0) {
                right.add(question);
            }
        });
        assertThat(right).hasSizeGreaterThanOrEqualTo(6).contains("To be, or not to");
    }

    @Test
    void powerLaw() {
        // Perplexity on WikiText-103 by parameters: Radford et al. 2019, table 3.
        double[] parameters = {117e6, 345e6, 762e6, 1542e6};
        double[] perplexities = {37.50, 26.37, 22.05, 17.48};
        double[] line = fit(parameters, perplexities);
        // numpy.polyfit(log(parameters), log(perplexities), 1)
        assertThat(line[0]).isCloseTo(-0.290216, within(1e-6));
        assertThat(Math.exp((Math.log(10) - line[1]) / line[0]) / 1e9).isCloseTo(10.74, within(0.01));
    }

    /** Slope and intercept of the logarithms, by least squares. */
    private static double[] fit(double[] x, double[] y) {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < x.length; i++) {
            meanX += Math.log(x[i]) / x.length;
            meanY += Math.log(y[i]) / x.length;
        }
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < x.length; i++) {
            covariance += (Math.log(x[i]) - meanX) * (Math.log(y[i]) - meanY);
            variance += (Math.log(x[i]) - meanX) * (Math.log(x[i]) - meanX);
        }
        double slope = covariance / variance;
        return new double[] {slope, meanY - slope * meanX};
    }
}
