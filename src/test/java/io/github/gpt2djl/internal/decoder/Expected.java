package io.github.gpt2djl.internal.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The expected.json of a reference: ids, and their log-probabilities as Python computed them. */
record Expected(int[] ids, double[] log_probs) {

    static Expected read(Path folder) throws IOException {
        return new Gson().fromJson(Files.readString(folder.resolve("expected.json")), Expected.class);
    }

    /** Loads the model, compares, and closes it. */
    void assertSame(Checkpoint checkpoint) throws IOException {
        assertSame(checkpoint, Precision.FP32, 1e-4);
    }

    void assertSame(Checkpoint checkpoint, Precision precision, double tolerance) throws IOException {
        try (checkpoint;
                Decoder decoder = Decoder.load(checkpoint, precision, DeviceChoice.CPU, 0)) {
            int vocabulary = decoder.config().vocabularySize();
            float[] logits = decoder.logits(ids);
            assertThat(logits).hasSameSizeAs(log_probs);
            for (int t = 0; t < ids.length; t++) {
                FloatBuffer position =
                        FloatBuffer.wrap(logits, t * vocabulary, vocabulary).slice();
                double sum = 0;
                for (int id = 0; id < vocabulary; id++) {
                    sum += Math.exp(position.get(id));
                }
                for (int id = 0; id < vocabulary; id++) {
                    assertThat(position.get(id) - Math.log(sum))
                            .as("position %d, id %d", t, id)
                            .isCloseTo(log_probs[t * vocabulary + id], within(tolerance));
                }
            }
        }
    }
}
