package io.github.gpt2djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A row with its own prompt and its own config gives in a batch what it gives alone. */
class MixedBatchTest {
    private static final List<String> PROMPTS = List.of(
            "", "O", "ROMEO:", "To be, or not to be, that is the question:\n", "First Citizen:\nBefore we 🎭 proceed");

    @Test
    void eachRowGivesWhatItGivesAlone() {
        List<GenerationRequest> requests = new ArrayList<>();
        for (GenerationConfigBuilder config : configs()) {
            for (String prompt : PROMPTS) {
                config.maxNewTokens(10 + 3 * (requests.size() % 11));
                requests.add(new GenerationRequest(Prompt.of(prompt), config.build()));
            }
        }
        Collections.shuffle(requests, new Random(2));
        List<Generation> together = SHAKESPEARE.generateAll(requests);
        int next = 0;
        for (GenerationRequest request : requests) {
            for (Generation alone : SHAKESPEARE.generateAll(List.of(request))) {
                Generation found = together.get(next++);
                assertThat(found.ids()).as("%s", request).isEqualTo(alone.ids());
                assertThat(found.text()).isEqualTo(alone.text());
                assertThat(found.finishReason()).isEqualTo(alone.finishReason());
                assertThat(found.seed()).isEqualTo(alone.seed());
            }
        }
        assertThat(next).isEqualTo(together.size());
    }

    private static List<GenerationConfigBuilder> configs() {
        return List.of(
                GenerationConfig.builder(),
                GenerationConfig.builder().repetitionPenalty(1.3).noRepeatNgramSize(2),
                GenerationConfig.builder().stopStrings("\n\n", "the").minNewTokens(5),
                GenerationConfig.builder().doSample(true).seed(1).numReturnSequences(3),
                GenerationConfig.builder().doSample(true).seed(2).topP(0.8).temperature(1.4),
                GenerationConfig.builder().doSample(true).seed(3).topK(0).typicalP(0.7),
                GenerationConfig.builder()
                        .doSample(true)
                        .seed(4)
                        .topK(0)
                        .minP(0.1)
                        .frequencyPenalty(1),
                GenerationConfig.builder().preset(Preset.OPENAI).seed(5).topK(40),
                GenerationConfig.builder()
                        .sequenceBias(Map.of(List.of(198), -4.0))
                        .forcedEosTokenId(7));
    }
}
