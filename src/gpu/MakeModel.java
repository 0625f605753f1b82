import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** Writes a checkpoint of random half-precision weights in the published layout of GPT-2, to measure with. */
final class MakeModel {
    private MakeModel() {}

    static void write(Path folder, int layers, int heads, int width, int positions, int vocabulary) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("config.json"),
                String.format(
                        "{\"model_type\": \"gpt2\", \"n_layer\": %d, \"n_head\": %d, \"n_embd\": %d, \"n_positions\": %d,"
                                + " \"vocab_size\": %d, \"activation_function\": \"gelu_new\", \"bos_token_id\": %d,"
                                + " \"eos_token_id\": %d}%n",
                        layers, heads, width, positions, vocabulary, vocabulary - 1, vocabulary - 1));
        Map<String, int[]> shapes = shapes(layers, width, positions, vocabulary);
        StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        long end = 0;
        for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
            int[] shape = tensor.getValue();
            long begin = end;
            end += 2 * size(shape);
            header.append(String.format(
                    ",\"%s\":{\"dtype\":\"F16\",\"shape\":%s,\"data_offsets\":[%d,%d]}",
                    tensor.getKey(), Arrays.toString(shape), begin, end));
        }
        header.append('}');
        while (header.length() % 8 != 0) {
            header.append(' ');
        }
        SplittableRandom random = new SplittableRandom(1);
        try (OutputStream file =
                new BufferedOutputStream(Files.newOutputStream(folder.resolve("model.safetensors")), 1 << 20)) {
            file.write(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(header.length())
                    .array());
            file.write(header.toString().getBytes(StandardCharsets.US_ASCII));
            for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
                boolean gain = tensor.getKey().matches(".*ln_.\\.weight");
                for (long i = size(tensor.getValue()); i > 0; i--) {
                    int bits = gain ? 0x3C00 : half(random);
                    file.write(bits);
                    file.write(bits >> 8);
                }
            }
        }
    }

    /** A number of about 0.02, as GPT-2's first weights have: exponents of 2^-7 to 2^-5, any sign and fraction. */
    private static int half(SplittableRandom random) {
        int bits = random.nextInt(1 << 16);
        return bits & 0x83FF | (8 + (bits >> 10) % 3) << 10;
    }

    private static long size(int[] shape) {
        long size = 1;
        for (int axis : shape) {
            size *= axis;
        }
        return size;
    }

    private static Map<String, int[]> shapes(int layers, int width, int positions, int vocabulary) {
        Map<String, int[]> shapes = new LinkedHashMap<>();
        shapes.put("wte.weight", new int[] {vocabulary, width});
        shapes.put("wpe.weight", new int[] {positions, width});
        for (int layer = 0; layer < layers; layer++) {
            String h = "h." + layer + ".";
            matrix(shapes, h + "attn.c_attn", width, 3 * width);
            matrix(shapes, h + "attn.c_proj", width, width);
            matrix(shapes, h + "mlp.c_fc", width, 4 * width);
            matrix(shapes, h + "mlp.c_proj", 4 * width, width);
            norm(shapes, h + "ln_1", width);
            norm(shapes, h + "ln_2", width);
        }
        norm(shapes, "ln_f", width);
        return shapes;
    }

    private static void matrix(Map<String, int[]> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new int[] {in, out});
        shapes.put(name + ".bias", new int[] {out});
    }

    private static void norm(Map<String, int[]> shapes, String name, int width) {
        shapes.put(name + ".weight", new int[] {width});
        shapes.put(name + ".bias", new int[] {width});
    }
}
