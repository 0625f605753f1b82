package io.github.gpt2djl.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters against PEFT, which applies them beside the base: src/test/python/make_adapter_references.py. */
class AdapterReferenceTest {
    private record Expected(int[] ids, double[] log_probs) {}

    @ParameterizedTest
    @ValueSource(strings = {"attention", "everywhere"})
    void theSameLogProbabilities(String name) throws IOException {
        Path folder = Path.of("src/test/resources/reference/adapters", name);
        Expected expected = new Gson().fromJson(Files.readString(folder.resolve("expected.json")), Expected.class);
        try (Checkpoint adapted = ModelSource.local().open(folder.toString());
                Decoder decoder = Decoder.load(adapted, Precision.FP32, DeviceChoice.CPU, 0)) {
            int vocabulary = decoder.config().vocabularySize();
            float[] logits = decoder.logits(expected.ids());
            assertThat(logits).hasSameSizeAs(expected.log_probs());
            for (int t = 0; t < expected.ids().length; t++) {
                FloatBuffer position =
                        FloatBuffer.wrap(logits, t * vocabulary, vocabulary).slice();
                double sum = 0;
                for (int id = 0; id < vocabulary; id++) {
                    sum += Math.exp(position.get(id));
                }
                for (int id = 0; id < vocabulary; id++) {
                    assertThat(position.get(id) - Math.log(sum))
                            .isCloseTo(expected.log_probs()[t * vocabulary + id], within(1e-4));
                }
            }
        }
    }
}
