import java.io.*;
import java.nio.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;

/** GPT-2 in one file, with nothing but the JDK. It follows openai/gpt-2's encoder.py and model.py. */
public final class PlainGpt2 {
    /** A text is cut into contractions, words, numbers, signs and white space; no token spans a cut. */
    private static final Pattern PIECE =
            Pattern.compile("(?U)'(?:s|t|re|ve|m|ll|d)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    private static final Pattern JSON = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"|[-+.\\w]+|[\\[\\]{}]");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u(....)|(.))");
    private static final String LETTERS = letters();
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final Map<String, Integer> added = new LinkedHashMap<>();
    private final Map<String, Integer> merges = new HashMap<>();
    private final ByteBuffer file;
    private final Map<?, ?> header;
    private final Map<String, float[]> tensors = new HashMap<>();
    private final Object config;
    private final int width;
    private final float[][][] keys; // the KV cache: [layer][position][width]
    private final float[][][] values;

    public static void main(String[] args) throws IOException {
        if (args.length < 1 || args.length > 4) throw new IllegalArgumentException("PROMPT [FOLDER [TOKENS [SEED]]]");
        PlainGpt2 gpt2 = new PlainGpt2(Path.of(args.length > 1 ? args[1] : "models/shakespeare"));
        List<Integer> prompt = gpt2.encode(args[0]);
        Random random = args.length > 3 ? new Random(Long.parseLong(args[3])) : null;
        List<Integer> chosen = gpt2.generate(prompt, args.length > 2 ? Integer.parseInt(args[2]) : 40, random);
        String text = prompt + "\n" + chosen + "\n" + args[0] + gpt2.decode(chosen) + "\n";
        System.out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    PlainGpt2(Path folder) throws IOException {
        config = json(JSON.matcher(Files.readString(folder.resolve("config.json"))));
        expect(config, "model_type", "gpt2");
        expect(config, "activation_function", "gelu_new|null");
        expect(config, "scale_attn_by_inverse_layer_idx", "false|null");
        width = integer(at(config, "n_embd"));
        keys = new float[integer(at(config, "n_layer"))][integer(at(config, "n_positions"))][];
        values = new float[keys.length][keys[0].length][];
        Object tokenizer = json(JSON.matcher(Files.readString(folder.resolve("tokenizer.json"))));
        expect(tokenizer, "normalizer", "null");
        expect(at(tokenizer, "pre_tokenizer"), "type", "ByteLevel");
        expect(at(tokenizer, "pre_tokenizer"), "add_prefix_space", "false");
        ((Map<?, ?>) at(at(tokenizer, "model"), "vocab"))
                .forEach((token, id) -> vocabulary.put((String) token, integer(id)));
        for (Object token : (List<?>) at(tokenizer, "added_tokens")) {
            added.put((String) at(token, "content"), integer(at(token, "id")));
        }
        for (Object merge : (List<?>) at(at(tokenizer, "model"), "merges")) { // "a b" or ["a", "b"]
            merges.put(merge instanceof List<?> pair ? pair.get(0) + " " + pair.get(1) : (String) merge, merges.size());
        }
        file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.safetensors")));
        file.order(ByteOrder.LITTLE_ENDIAN);
        String json = new String(file.array(), 8, (int) file.getLong(0), StandardCharsets.UTF_8);
        header = (Map<?, ?>) json(JSON.matcher(json));
    }

    /** Byte-pair encoding: of all neighbours, the pair that was learned first is merged, again and again. */
    List<Integer> encode(String text) {
        List<Integer> ids = new ArrayList<>();
        StringBuilder around = new StringBuilder("(?!)"); // before and after each added token
        added.keySet().forEach(token -> around.append("|(?=\\Q" + token + "\\E)|(?<=\\Q" + token + "\\E)"));
        for (String span : text.split(around.toString())) {
            Matcher piece = PIECE.matcher(span);
            if (added.containsKey(span)) ids.add(added.get(span));
            else while (piece.find()) merge(piece.group()).forEach(token -> ids.add(vocabulary.get(token)));
        }
        return ids;
    }

    private List<String> merge(String piece) {
        List<String> parts = new ArrayList<>();
        for (byte b : piece.getBytes(StandardCharsets.UTF_8)) parts.add("" + LETTERS.charAt(b & 255));
        while (true) {
            int best = -1;
            int lowest = merges.size();
            for (int i = 0; i + 1 < parts.size(); i++) {
                int rank = merges.getOrDefault(parts.get(i) + " " + parts.get(i + 1), lowest);
                best = rank < lowest ? i : best;
                lowest = Math.min(rank, lowest);
            }
            if (best < 0) return parts;
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
    }

    private String decode(List<Integer> ids) {
        Map<Integer, String> tokens = new HashMap<>();
        vocabulary.forEach((token, id) -> tokens.put(id, token));
        added.values().forEach(id -> tokens.put(id, "")); // <|endoftext|> is no text
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) tokens.get(id).chars().forEach(letter -> bytes.write(LETTERS.indexOf(letter)));
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The 256 bytes as the vocabulary writes them: visible ones as they are, the others in order from U+0100 on. */
    private static String letters() {
        StringBuilder letters = new StringBuilder();
        char next = 256;
        for (char b = 0; b < 256; b++) letters.append(b > ' ' && b < 127 || b > 160 && b != 173 ? b : next++);
        return letters.toString();
    }

    /** Takes the likeliest token, or draws one. The text ends after {@code count} tokens or with the end token. */
    List<Integer> generate(List<Integer> prompt, int count, Random random) {
        int all = prompt.size() + count;
        if (all > keys[0].length) throw new IllegalArgumentException(all + " tokens, at most " + keys[0].length);
        List<Integer> text = new ArrayList<>(prompt);
        for (int i = 0; i < all - 1; i++) {
            float[] logits = logits(text.get(i), i);
            if (i + 1 < text.size()) continue;
            text.add(random == null ? likeliest(logits) : draw(logits, random.nextDouble()));
            if (text.get(i + 1) == integer(at(config, "eos_token_id"))) break;
        }
        return text.subList(prompt.size(), text.size());
    }

    /** The tokens lie side by side from 0 to 1, each as wide as it is likely, and a random number hits one. */
    private static int draw(float[] logits, double random) {
        softmax(logits, 1);
        int id = 0;
        for (double end = logits[0]; end <= random && id + 1 < logits.length; end += logits[id]) id++;
        return id;
    }

    /** Computes the token at a position, and returns the logits [vocabulary] of the token after it. */
    private float[] logits(int id, int position) {
        float[] x = new float[width]; // the residual stream, to which each part adds
        float[] wte = tensor("wte.weight"); // [vocabulary, width]
        for (int i = 0; i < width; i++) x[i] = wte[id * width + i] + tensor("wpe.weight")[position * width + i];
        for (int layer = 0; layer < keys.length; layer++) {
            String h = "h." + layer + ".";
            float[] mixed = attention(norm(x, h + "ln_1"), h + "attn.c_attn", keys[layer], values[layer], position);
            linear(mixed, h + "attn.c_proj", x);
            float[] m = linear(norm(x, h + "ln_2"), h + "mlp.c_fc", new float[4 * width]); // then GELU
            for (int i = 0; i < m.length; i++)
                m[i] *= (1 + Math.tanh(0.7978846 * m[i] * (1 + 0.044715 * m[i] * m[i]))) / 2;
            linear(m, h + "mlp.c_proj", x);
        }
        x = norm(x, "ln_f");
        float[] head = header.containsKey("lm_head.weight") ? tensor("lm_head.weight") : wte;
        float[] logits = new float[head.length / width];
        for (int i = 0; i < head.length; i++) logits[i / width] += x[i % width] * head[i];
        return logits;
    }

    /** Each head compares its query with the keys of all positions so far, and takes the mean of their values. */
    private float[] attention(float[] x, String name, float[][] k, float[][] v, int position) {
        float[] q = linear(x, name, new float[3 * width]); // the query, then the key, then the value
        k[position] = Arrays.copyOfRange(q, width, 2 * width);
        v[position] = Arrays.copyOfRange(q, 2 * width, 3 * width);
        float[] mixed = new float[width];
        int size = width / integer(at(config, "n_head"));
        for (int from = 0; from < width; from += size) {
            float[] share = new float[position + 1];
            for (int s = 0; s <= position; s++) for (int i = from; i < from + size; i++) share[s] += q[i] * k[s][i];
            softmax(share, Math.sqrt(size));
            for (int s = 0; s <= position; s++) for (int i = from; i < from + size; i++) mixed[i] += share[s] * v[s][i];
        }
        return mixed;
    }

    private float[] norm(float[] x, String name) {
        double mean = 0;
        double variance = (double) at(config, "layer_norm_epsilon");
        for (float each : x) mean += each / width;
        for (float each : x) variance += (each - mean) * (each - mean) / width;
        double scale = 1 / Math.sqrt(variance);
        float[] y = tensor(name + ".bias").clone();
        for (int i = 0; i < width; i++) y[i] += (float) ((x[i] - mean) * scale) * tensor(name + ".weight")[i];
        return y;
    }

    /** Adds x times a matrix and its bias to y. GPT-2's matrices are stored [in, out]. */
    private float[] linear(float[] x, String name, float[] y) {
        float[] weight = tensor(name + ".weight");
        for (int o = 0; o < y.length; o++) y[o] += tensor(name + ".bias")[o];
        for (int i = 0; i < x.length; i++) for (int o = 0; o < y.length; o++) y[o] += x[i] * weight[i * y.length + o];
        return y;
    }

    private static void softmax(float[] x, double divisor) {
        float highest = x[likeliest(x)];
        double sum = 0;
        for (float each : x) sum += Math.exp((each - highest) / divisor);
        for (int i = 0; i < x.length; i++) x[i] = (float) (Math.exp((x[i] - highest) / divisor) / sum);
    }

    private static int likeliest(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) best = scores[i] > scores[best] ? i : best;
        return best;
    }

    /** Safetensors: the header's length, the header as JSON, then each tensor's numbers. */
    private float[] tensor(String name) {
        if (tensors.containsKey(name)) return tensors.get(name);
        Object entry = header.get(header.containsKey(name) ? name : "transformer." + name);
        expect(Objects.requireNonNull(entry, name), "dtype", "F32|F16");
        List<?> offsets = (List<?>) at(entry, "data_offsets");
        int bytes = at(entry, "dtype").equals("F16") ? 2 : 4;
        int start = 8 + (int) file.getLong(0) + integer(offsets.get(0));
        float[] tensor = new float[(integer(offsets.get(1)) - integer(offsets.get(0))) / bytes];
        for (int i = 0; i < tensor.length; i++) {
            int bits = bytes == 2 ? file.getShort(start + 2 * i) : file.getInt(start + 4 * i);
            int wide = bytes == 2 ? (bits & 0x8000) << 16 | (bits & 0x7fff) << 13 : bits; // from half to float
            tensor[i] = Float.intBitsToFloat(wide) * (bytes == 2 ? 0x1p112f : 1);
        }
        tensors.put(name, tensor);
        return tensor;
    }

    private static void expect(Object object, String name, String regex) {
        String found = String.valueOf(at(object, name));
        if (!found.matches(regex)) throw new IllegalArgumentException(name + " is " + found + ", expected " + regex);
    }

    private static Object at(Object object, String name) {
        return ((Map<?, ?>) object).get(name);
    }

    private static int integer(Object number) {
        return ((Double) number).intValue();
    }

    /** The next value: a map, a list, a text or a number; true, false and null are texts; a bracket ends a list. */
    private static Object json(Matcher tokens) {
        tokens.find();
        String token = tokens.group();
        if (token.startsWith("\"")) return ESCAPE.matcher(tokens.group(1)).replaceAll(PlainGpt2::character);
        if (token.matches("[]}]")) return tokens;
        if (token.matches("[-\\w].*")) return token.matches("[a-z]+") ? token : (Object) Double.valueOf(token);
        List<Object> list = new ArrayList<>();
        for (Object next = json(tokens); next != tokens; next = json(tokens)) list.add(next);
        Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; token.equals("{") && i < list.size(); i += 2) map.put(list.get(i), list.get(i + 1));
        return token.equals("{") ? map : list;
    }

    private static String character(MatchResult escape) {
        int code = escape.group(1) == null ? -1 : Integer.parseInt(escape.group(1), 16);
        return Matcher.quoteReplacement(code < 0 ? ("\\" + escape.group(2)).translateEscapes() : "" + (char) code);
    }
}
