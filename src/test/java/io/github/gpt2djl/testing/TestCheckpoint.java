package io.github.gpt2djl.testing;

import io.github.gpt2djl.Activation;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A small checkpoint with seeded random weights, written in the published layout and its variations. */
public final class TestCheckpoint {
    private final ModelConfig config;
    private final Map<String, float[]> values = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    /** How the file is written. */
    public enum Form {
        PLAIN,
        /** Names begin with {@code transformer.}, and each layer's causal mask is stored. */
        PREFIXED_WITH_MASKS,
        /** Data in another order than the header's, which ends at an odd offset. */
        SHUFFLED_UNALIGNED
    }

    public TestCheckpoint(int layers, int heads, int width, int positions, int vocabulary, boolean tied, long seed) {
        config = new ModelConfig(
                ModelConfig.Architecture.GPT2,
                layers,
                heads,
                width,
                4 * width,
                width,
                positions,
                vocabulary,
                1e-5,
                false,
                true,
                Activation.GELU_NEW,
                true,
                false,
                List.of(),
                0,
                true,
                true,
                vocabulary - 1,
                List.of(vocabulary - 1),
                tied);
        Random random = new Random(seed);
        put(random, "wte.weight", vocabulary, width);
        put(random, "wpe.weight", positions, width);
        for (int layer = 0; layer < layers; layer++) {
            String h = "h." + layer + ".";
            norm(random, h + "ln_1");
            conv1d(random, h + "attn.c_attn", width, 3 * width);
            conv1d(random, h + "attn.c_proj", width, width);
            norm(random, h + "ln_2");
            conv1d(random, h + "mlp.c_fc", width, 4 * width);
            conv1d(random, h + "mlp.c_proj", 4 * width, width);
        }
        norm(random, "ln_f");
        if (!tied) {
            put(random, "lm_head.weight", vocabulary, width);
        }
    }

    public static TestCheckpoint tiny() {
        return new TestCheckpoint(2, 2, 16, 40, 61, true, 1);
    }

    public ModelConfig config() {
        return config;
    }

    /** The tensor's elements, row-major; to be changed before {@link #write}. */
    public float[] values(String tensor) {
        float[] found = values.get(tensor);
        if (found == null) {
            throw new IllegalArgumentException(tensor);
        }
        return found;
    }

    public Path write(Path folder) throws IOException {
        return write(folder, TensorInfo.DType.F32, Form.PLAIN);
    }

    public Path write(Path folder, TensorInfo.DType dtype, Form form) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), configJson());
        Map<String, byte[]> data = new LinkedHashMap<>();
        Map<String, String> types = new LinkedHashMap<>();
        String prefix = form == Form.PREFIXED_WITH_MASKS ? "transformer." : "";
        values.forEach((name, v) -> {
            String stored = name.equals("lm_head.weight") ? name : prefix + name;
            data.put(stored, bytes(v, dtype));
            types.put(stored, entry(dtype.name(), shapes.get(name)));
        });
        if (form == Form.PREFIXED_WITH_MASKS) {
            int n = config.positions();
            for (int layer = 0; layer < config.layers(); layer++) {
                String name = prefix + "h." + layer + ".attn.bias";
                data.put(name, new byte[n * n]);
                types.put(name, entry("U8", new long[] {1, 1, n, n}));
            }
        }
        Files.write(folder.resolve("model.safetensors"), safetensors(data, types, form));
        return folder;
    }

    /** OpenAI's original form, without the tokenizer's files. */
    public Path writeOpenAi(Path folder) throws IOException {
        Files.createDirectories(folder);
        TreeMap<String, String> names = new TreeMap<>();
        values.keySet().forEach(name -> names.put(openAiName(name), name));
        BundleWriter bundle = new BundleWriter();
        names.forEach((key, name) -> {
            long[] shape = shapes.get(name);
            boolean matrix = shape.length == 2 && key.endsWith("/w");
            bundle.add(
                    key,
                    matrix ? new long[] {1, shape[0], shape[1]} : shape,
                    bytes(values.get(name), TensorInfo.DType.F32));
        });
        Files.write(folder.resolve("model.ckpt.index"), bundle.index());
        Files.write(folder.resolve("model.ckpt.data-00000-of-00001"), bundle.data());
        Files.writeString(
                folder.resolve("hparams.json"),
                "{\"n_vocab\": %d, \"n_ctx\": %d, \"n_embd\": %d, \"n_head\": %d, \"n_layer\": %d}"
                        .formatted(
                                config.vocabularySize(),
                                config.positions(),
                                config.width(),
                                config.heads(),
                                config.layers()));
        return folder;
    }

    public static String openAiName(String name) {
        if (name.startsWith("wte") || name.startsWith("wpe")) {
            return "model/" + name.substring(0, 3);
        }
        boolean norm = name.contains("ln_");
        return "model/"
                + name.replaceFirst("^h\\.(\\d+)\\.", "h$1/")
                        .replaceFirst("\\.weight$", norm ? "/g" : "/w")
                        .replaceFirst("\\.bias$", "/b")
                        .replace('.', '/');
    }

    /** The config in the published form. */
    public String configJson() {
        return """
                {"model_type": "gpt2", "activation_function": "gelu_new", "n_layer": %d, "n_head": %d, "n_embd": %d,
                 "n_positions": %d, "n_ctx": %d, "vocab_size": %d, "layer_norm_epsilon": 1e-05, "bos_token_id": %d,
                 "eos_token_id": %d, "tie_word_embeddings": %b}
                """.formatted(
                        config.layers(),
                        config.heads(),
                        config.width(),
                        config.positions(),
                        config.positions(),
                        config.vocabularySize(),
                        config.bosId(),
                        config.eosId(),
                        config.tiedHead());
    }

    private static byte[] safetensors(Map<String, byte[]> data, Map<String, String> types, Form form) {
        List<String> order = new ArrayList<>(data.keySet());
        if (form == Form.SHUFFLED_UNALIGNED) {
            Collections.shuffle(order, new Random(5));
        }
        Map<String, Integer> begin = new LinkedHashMap<>();
        int total = 0;
        for (String name : order) {
            begin.put(name, total);
            total += data.get(name).length;
        }
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        data.forEach((name, bytes) -> header.append(",\"%s\":{%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, types.get(name), begin.get(name), begin.get(name) + bytes.length)));
        header.append('}');
        while (form == Form.SHUFFLED_UNALIGNED && header.length() % 4 != 1) {
            header.append(' ');
        }
        ByteBuffer file = ByteBuffer.allocate(8 + header.length() + total).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(header.length()).put(header.toString().getBytes(StandardCharsets.US_ASCII));
        order.forEach(name -> file.put(data.get(name)));
        return file.array();
    }

    private static String entry(String dtype, long[] shape) {
        return "\"dtype\":\"" + dtype + "\",\"shape\":" + java.util.Arrays.toString(shape);
    }

    /** F16 and BF16 by cutting the float: the weights are multiples of 2^-7 and below 2, so that both are exact. */
    private static byte[] bytes(float[] values, TensorInfo.DType dtype) {
        boolean wide = dtype == TensorInfo.DType.F32;
        ByteBuffer out = ByteBuffer.allocate(values.length * (wide ? 4 : 2)).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (dtype) {
                case F32 -> out.putFloat(value);
                case BF16 -> out.putShort((short) (Float.floatToIntBits(value) >>> 16));
                case F16 -> out.putShort(half(value));
                default -> throw new IllegalArgumentException(dtype.name());
            }
        }
        return out.array();
    }

    private static short half(float value) {
        int bits = Float.floatToIntBits(value);
        if (value == 0) {
            return (short) (bits >>> 16);
        }
        int exponent = ((bits >>> 23) & 255) - 127 + 15;
        return (short) (((bits >>> 16) & 0x8000) | (exponent << 10) | ((bits >>> 13) & 0x3ff));
    }

    private void norm(Random random, String name) {
        put(random, name + ".weight", config.width());
        put(random, name + ".bias", config.width());
    }

    private void conv1d(Random random, String name, int in, int out) {
        put(random, name + ".weight", in, out);
        put(random, name + ".bias", out);
    }

    private void put(Random random, String name, long... shape) {
        int n = 1;
        for (long size : shape) {
            n *= (int) size;
        }
        float[] v = new float[n];
        for (int i = 0; i < n; i++) {
            // 64 levels on either side: exact in 8 bits of mantissa.
            v[i] = Math.max(-64, Math.min(64, Math.round(random.nextGaussian() * 28))) / 128f;
        }
        values.put(name, v);
        shapes.put(name, shape);
    }
}
