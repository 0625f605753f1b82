package exercises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.sampling.StepTrace;
import io.github.gpt2djl.sampling.TokenProbability;
import io.github.gpt2djl.testing.ShippedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Solutions of examples/EXERCISES.md: tokens, and how one is chosen. */
class ChoosingTest {
    private static final String PROMPT = "My lord, I have";
    private static final Gpt2 gpt2 = ShippedModel.SHAKESPEARE;

    @Test
    void wordsInPieces() {
        List<String> several = new ArrayList<>();
        for (String word : "to suffer the slings and arrows of outrageous fortune".split(" ")) {
            int pieces = gpt2.encode(" " + word).size();
            if (pieces > 1) {
                several.add("\"" + word + "\" " + pieces);
            }
        }
        Sheet.states("ChoosingTest.wordsInPieces", "Check: %s.", String.join(", ", several));
    }

    @Test
    void howUncertain() {
        double entropy = 0;
        for (TokenProbability token : distribution(PROMPT)) {
            entropy -= token.probability() * token.logProbability();
        }
        var traced = GenerationConfig.builder().maxNewTokens(1).trace(1).build();
        double told = gpt2.generate(PROMPT, traced).trace().get(0).entropy();
        assertThat(entropy).isCloseTo(told, within(1e-4));
        Sheet.states("ChoosingTest.howUncertain", "Check: %.3f nats", entropy);
    }

    /** All tokens, the likeliest first. */
    private static List<TokenProbability> distribution(String prompt) {
        int all = gpt2.config().vocabularySize();
        var config = GenerationConfig.builder().maxNewTokens(1).topLogprobs(all).build();
        return gpt2.generate(prompt, config).tokens().get(0).top();
    }

    @Test
    void greedyByHand() {
        List<Integer> ids = new ArrayList<>(gpt2.encode(PROMPT));
        int prompt = ids.size();
        var next = GenerationConfig.builder().maxNewTokens(1).topLogprobs(1).build();
        while (ids.size() < prompt + 20) {
            Token token = gpt2.generate(Prompt.ofIds(ids), next).tokens().get(0);
            ids.add(token.top().get(0).id());
        }
        var config = GenerationConfig.builder().maxNewTokens(20).build();
        assertThat(ids.subList(prompt, ids.size()))
                .isEqualTo(gpt2.generate(PROMPT, config).ids());
        String begins =
                gpt2.decode(ids.subList(prompt, ids.size())).lines().findFirst().orElseThrow();
        Sheet.states("ChoosingTest.greedyByHand", "Check: the text begins with \"%s\"", begins);
    }

    @Test
    void temperatureOfACoin() {
        List<TokenProbability> tokens = distribution(PROMPT);
        double low = 0.05;
        double high = 5;
        for (int i = 0; i < 50; i++) {
            double t = (low + high) / 2;
            double first = Math.exp(tokens.get(0).logProbability() / t);
            double all = tokens.stream()
                    .mapToDouble(token -> Math.exp(token.logProbability() / t))
                    .sum();
            // A higher temperature takes from the likeliest.
            low = first / all > 0.5 ? t : low;
            high = first / all > 0.5 ? high : t;
        }
        var config = GenerationConfig.builder().maxNewTokens(1).doSample(true).temperature(low);
        String first = gpt2.decode(tokens.get(0).id());
        Sheet.states("ChoosingTest.temperatureOfACoin", "Check: T = %.3f. The token is \"%s\"", low, first);
        StepTrace step =
                gpt2.generate(PROMPT, config.topK(0).trace(1).build()).trace().get(0);
        assertThat(Math.exp(step.candidates().get(0).after().get(0))).isCloseTo(0.5, within(1e-4));
    }

    @Test
    void fiveSidedDie() {
        int k = 5;
        int draws = 1000;
        List<TokenProbability> top = distribution(PROMPT).subList(0, k);
        double kept = top.stream().mapToDouble(TokenProbability::probability).sum();
        var config = GenerationConfig.builder().maxNewTokens(1).doSample(true).topK(k);
        config.numReturnSequences(draws).seed(1);
        List<Generation> drawn = gpt2.generateAll(List.of(Prompt.of(PROMPT)), config.build());
        Object[] counts = top.stream()
                .flatMap(token -> Stream.of(draws * token.probability() / kept, gpt2.decode(token.id())))
                .toArray();
        String check = "Check: expect %.0f times \"%s\", %.0f \"%s\", %.0f \"%s\", %.0f \"%s\" and %.0f \"%s\"";
        Sheet.states("ChoosingTest.fiveSidedDie", check, counts);
        double chiSquared = 0;
        for (TokenProbability token : top) {
            double expected = draws * token.probability() / kept;
            long seen =
                    drawn.stream().filter(one -> one.ids().get(0) == token.id()).count();
            chiSquared += (seen - expected) * (seen - expected) / expected;
        }
        // Exceeded once in a thousand times, with 4 degrees of freedom.
        assertThat(chiSquared).isLessThan(18.47);
    }

    @Test
    void nucleusBreathes() {
        int all = gpt2.config().vocabularySize();
        var config = GenerationConfig.builder()
                .maxNewTokens(40)
                .doSample(true)
                .topK(0)
                .topP(0.9)
                .seed(1);
        Generation generation =
                gpt2.generate(PROMPT, config.topLogprobs(all).trace(1).build());
        int[] sizes = new int[40];
        for (int step = 0; step < sizes.length; step++) {
            double mass = 0;
            while (mass < 0.9) {
                mass += generation.tokens().get(step).top().get(sizes[step]++).probability();
            }
        }
        assertThat(sizes)
                .containsExactly(
                        generation.trace().stream().mapToInt(StepTrace::kept).toArray());
        Sheet.states("ChoosingTest.nucleusBreathes", "the first numbers are %d, %d, %d", sizes[0], sizes[1], sizes[2]);
        int smallest = Arrays.stream(sizes).min().orElseThrow();
        Sheet.states("ChoosingTest.nucleusBreathes", "the smallest is %d", smallest);
        assertThat(Arrays.stream(sizes).max().orElseThrow()).isGreaterThan(20 * smallest);
    }
}
