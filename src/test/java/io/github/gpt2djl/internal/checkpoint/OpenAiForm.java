package io.github.gpt2djl.internal.checkpoint;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.testing.BundleWriter;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Writes a GPT-2 of the Hub in the form of OpenAI's own release: TensorFlow's checkpoint and other names. */
public final class OpenAiForm {
    private OpenAiForm() {}

    /** Of a folder with F32 weights, vocab.json and merges.txt. */
    public static Path write(Path published, Path folder) throws IOException {
        Files.createDirectories(folder);
        JsonObject config = JsonParser.parseString(Files.readString(published.resolve("config.json")))
                .getAsJsonObject();
        JsonObject hparams = new JsonObject();
        Map.of(
                        "n_vocab",
                        "vocab_size",
                        "n_ctx",
                        "n_positions",
                        "n_embd",
                        "n_embd",
                        "n_head",
                        "n_head",
                        "n_layer",
                        "n_layer")
                .forEach((name, key) -> hparams.add(name, config.get(key)));
        Files.writeString(folder.resolve("hparams.json"), hparams.toString());
        Files.copy(published.resolve("vocab.json"), folder.resolve("encoder.json"));
        Files.copy(published.resolve("merges.txt"), folder.resolve("vocab.bpe"));
        BundleWriter bundle = new BundleWriter();
        try (Checkpoint checkpoint = Checkpoint.open(published)) {
            TensorFile tensors = checkpoint.tensors();
            Map<String, String> names = new TreeMap<>();
            tensors.names().stream()
                    .filter(name -> !name.equals("lm_head.weight"))
                    .forEach(name -> names.put(TestCheckpoint.openAiName(name), name));
            for (Map.Entry<String, String> name : names.entrySet()) {
                float[] values = TensorBytes.floats(tensors, name.getValue());
                ByteBuffer bytes =
                        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(values);
                long[] shape = Objects.requireNonNull(tensors.find(name.getValue())).shape().stream()
                        .mapToLong(Long::longValue)
                        .toArray();
                boolean matrix = shape.length == 2 && name.getKey().endsWith("/w");
                bundle.add(name.getKey(), matrix ? new long[] {1, shape[0], shape[1]} : shape, bytes.array());
            }
        }
        Files.write(folder.resolve("model.ckpt.index"), bundle.index());
        Files.write(folder.resolve("model.ckpt.data-00000-of-00001"), bundle.data());
        return folder;
    }
}
