package support;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** On GPT-2's published vocabulary, against jtokkit. */
class BytePairsTest {
    private static final int TOKENS = 50256;

    private final Encoding gpt2 = Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    private final Map<String, Integer> ids = new HashMap<>();

    BytePairsTest() {
        for (int id = 0; id < TOKENS; id++) {
            IntArrayList one = new IntArrayList(1);
            one.add(id);
            ids.putIfAbsent(gpt2.decode(one), id);
        }
    }

    @Test
    void mergesAsGpt2Does() {
        List<String> letters = ids.keySet().stream()
                .filter(t -> t.matches("[A-Za-z]+"))
                .sorted()
                .toList();
        Random random = new Random(1);
        for (int i = 0; i < 5000; i++) {
            String word = letters.get(random.nextInt(letters.size())) + letters.get(random.nextInt(letters.size()));
            List<BytePairs.Step> steps = BytePairs.merge(word, ids);
            List<Integer> merged =
                    steps.get(steps.size() - 1).pieces().stream().map(ids::get).toList();
            assertThat(merged).as(word).isEqualTo(gpt2.encode(word).boxed());
        }
    }

    @Test
    void stepsLeadFromCharactersToTokens() {
        List<BytePairs.Step> steps = BytePairs.merge("lower", ids);
        assertThat(steps.get(0)).isEqualTo(new BytePairs.Step("", List.of("l", "o", "w", "e", "r")));
        assertThat(steps.get(steps.size() - 1).pieces()).containsExactly("lower");
        for (int i = 1; i < steps.size(); i++) {
            assertThat(steps.get(i).pieces())
                    .contains(steps.get(i).merged())
                    .hasSize(steps.get(i - 1).pieces().size() - 1);
        }
    }

    @Test
    void aWordOfOneCharacterHasNothingToMerge() {
        assertThat(BytePairs.merge("a", ids)).containsExactly(new BytePairs.Step("", List.of("a")));
    }
}
