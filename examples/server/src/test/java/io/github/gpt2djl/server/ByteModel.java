package io.github.gpt2djl.server;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A small GPT-2 with random weights, for which parts of characters are as likely as letters: ids 0 to 255 are bytes,
 * 256 is и as a merge, 257 {@code <|endoftext|>}, 258 и as an added token, and 259 to 263 are padding.
 */
final class ByteModel {
    static final int MERGED = 256;
    static final int END = 257;
    static final int ADDED = 258;
    static final int SIZE = 264;
    static final int POSITIONS = 256;

    private static final int WIDTH = 32;

    private ByteModel() {}

    /** Writes it in the published layout. */
    static Path write(Path folder) throws IOException {
        Files.writeString(
                folder.resolve("config.json"),
                new JsonObject()
                        .put("model_type", "gpt2")
                        .put("vocab_size", SIZE)
                        .put("n_positions", POSITIONS)
                        .put("n_ctx", POSITIONS)
                        .put("n_embd", WIDTH)
                        .put("n_layer", 1)
                        .put("n_head", 2)
                        .put("layer_norm_epsilon", 1e-5)
                        .put("activation_function", "gelu_new")
                        .put("bos_token_id", END)
                        .put("eos_token_id", END)
                        .encode());
        writeTokenizer(folder);
        writeWeights(folder);
        return folder;
    }

    static void writeTokenizer(Path folder) throws IOException {
        JsonObject vocabulary = new JsonObject();
        for (int b = 0; b < 256; b++) {
            vocabulary.put(letter(b), b);
        }
        vocabulary.put(letter(0xD0) + letter(0xB8), MERGED);
        JsonArray added = new JsonArray().add(added("<|endoftext|>", END)).add(added("и", ADDED));
        JsonObject bytes = new JsonObject().put("type", "ByteLevel").put("add_prefix_space", false);
        JsonObject model = new JsonObject()
                .put("type", "BPE")
                .put("vocab", vocabulary)
                .put("merges", new JsonArray().add(letter(0xD0) + " " + letter(0xB8)));
        JsonObject tokenizer = new JsonObject()
                .put("version", "1.0")
                .put("added_tokens", added)
                .put("pre_tokenizer", bytes.copy().put("trim_offsets", true).put("use_regex", true))
                .put("decoder", bytes.put("trim_offsets", true).put("use_regex", true))
                .put("model", model);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer.encode());
    }

    private static JsonObject added(String content, int id) {
        return new JsonObject()
                .put("id", id)
                .put("content", content)
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true);
    }

    /** A byte in the alphabet of GPT-2's vocabulary. */
    private static String letter(int b) {
        int others = 0;
        for (int other = 0; other < b; other++) {
            others += shown(other) ? 0 : 1;
        }
        return Character.toString(shown(b) ? b : 256 + others);
    }

    private static boolean shown(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    }

    private static void writeWeights(Path folder) throws IOException {
        Map<String, int[]> shapes = new TreeMap<>();
        shapes.put("wte.weight", new int[] {SIZE, WIDTH});
        shapes.put("wpe.weight", new int[] {POSITIONS, WIDTH});
        norm(shapes, "ln_f");
        norm(shapes, "h.0.ln_1");
        norm(shapes, "h.0.ln_2");
        linear(shapes, "h.0.attn.c_attn", WIDTH, 3 * WIDTH);
        linear(shapes, "h.0.attn.c_proj", WIDTH, WIDTH);
        linear(shapes, "h.0.mlp.c_fc", WIDTH, 4 * WIDTH);
        linear(shapes, "h.0.mlp.c_proj", 4 * WIDTH, WIDTH);
        JsonObject header = new JsonObject();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Random random = new Random(1);
        shapes.forEach((name, shape) -> {
            JsonArray dimensions = new JsonArray();
            int count = 1;
            for (int size : shape) {
                dimensions.add(size);
                count *= size;
            }
            ByteBuffer values = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count; i++) {
                values.putFloat((float) (0.3 * random.nextGaussian()));
            }
            int begin = data.size();
            data.writeBytes(values.array());
            header.put(
                    name,
                    new JsonObject()
                            .put("dtype", "F32")
                            .put("shape", dimensions)
                            .put("data_offsets", new JsonArray().add(begin).add(data.size())));
        });
        byte[] json = header.encode().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .array());
        file.writeBytes(json);
        file.writeBytes(data.toByteArray());
        Files.write(folder.resolve("model.safetensors"), file.toByteArray());
    }

    private static void norm(Map<String, int[]> shapes, String name) {
        shapes.put(name + ".weight", new int[] {WIDTH});
        shapes.put(name + ".bias", new int[] {WIDTH});
    }

    private static void linear(Map<String, int[]> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new int[] {in, out});
        shapes.put(name + ".bias", new int[] {out});
    }
}
