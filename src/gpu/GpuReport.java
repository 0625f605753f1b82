import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs everything that a GPU has to prove, each part in a process of its own, and writes report.json and report.md. */
public final class GpuReport {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();
    private static final long MINUTES = 20;

    private final Path out;
    private final String device;
    private final String precision;
    private final String java;
    private final String python;
    private final boolean small;
    /** Parts to run: a regular expression for the whole name. */
    private final String only;

    private final List<Map<String, Object>> results = new ArrayList<>();

    /** A model's shape. */
    private record Shape(String name, int layers, int heads, int width, int positions, int vocabulary) {}

    private GpuReport(Map<String, String> options) {
        out = Path.of(options.get("--out"));
        device = options.get("--device");
        precision = device.equals("gpu") ? "fp16" : "fp32";
        java = options.get("--java") + "/bin/java";
        python = options.get("--python");
        small = options.containsKey("--small");
        only = options.getOrDefault("--only", ".*");
    }

    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i < args.length; i++) {
            options.put(args[i], args[i].equals("--small") ? "" : args[++i]);
        }
        new GpuReport(options).run();
    }

    private void run() throws Exception {
        Files.createDirectories(out);
        command("card", null, "nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader");
        command(
                "GpuTest",
                null,
                java,
                "-Dgpu.required=" + device.equals("gpu"),
                "-Dai.djl.offline=true",
                "-cp",
                classPath(),
                "RunGpuTest");
        gpt2("device auto", "generate", "ROMEO:", "--device", "auto", "--max-new-tokens", "4", "--json");
        List<Shape> shapes = small
                ? List.of(new Shape("tiny", 2, 4, 64, 1024, 1000), new Shape("less tiny", 3, 4, 96, 1024, 1000))
                : List.of(
                        new Shape("124M", 12, 12, 768, 1024, 50257),
                        new Shape("355M", 24, 16, 1024, 1024, 50257),
                        new Shape("774M", 36, 20, 1280, 1024, 50257),
                        new Shape("1.5B", 48, 25, 1600, 1024, 50257));
        for (Shape shape : shapes) {
            Path folder = out.resolve("models").resolve(shape.name);
            MakeModel.write(folder, shape.layers, shape.heads, shape.width, shape.positions, shape.vocabulary);
            measure(shape.name, folder);
        }
        faults(
                out.resolve("models").resolve(shapes.get(0).name),
                out.resolve("models").resolve(shapes.get(1).name));
        write();
    }

    private void measure(String name, Path folder) throws IOException, InterruptedException {
        for (int rows : small ? List.of(1, 4) : List.of(1, 8, 32, 64, 256)) {
            bench(name + ", " + rows + " rows", folder, "--batch-size", rows + "");
            if (python != null && rows != 256) {
                transformers(name + ", " + rows + " rows, transformers eager", folder, rows, "eager");
                transformers(name + ", " + rows + " rows, transformers static cache, compiled", folder, rows, "static");
            }
        }
        bench(name + ", prompt of 512", folder, "--prompt-tokens", "512", "--max-new-tokens", "2");
    }

    private void faults(Path first, Path second) throws IOException, InterruptedException {
        gpt2(
                "out of memory",
                "generate",
                "--prompt-ids",
                "1,2,3",
                "--model",
                second.toString(),
                "--device",
                device,
                "--precision",
                precision,
                "--num-return-sequences",
                small ? "100000" : "5000",
                "--do-sample",
                "--max-new-tokens",
                "1000");
        gpt2(
                "two models",
                "generate",
                "--prompt-ids",
                "1,2,3",
                "--model",
                second.toString(),
                "--assistant-model",
                first.toString(),
                "--device",
                device,
                "--no-do-sample",
                "--max-new-tokens",
                "40",
                "--json");
        // From 100 repetitions on, bench compares the last tenth with the second one.
        bench("1,000 generations", first, "--repetitions", small ? "100" : "1000", "--max-new-tokens", "16");
        command("memory afterwards", null, "nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader");
    }

    private void bench(String name, Path model, String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(
                List.of("bench", "--model", model.toString(), "--device", device, "--precision", precision, "--json"));
        arguments.addAll(List.of(more));
        gpt2(name, arguments.toArray(String[]::new));
    }

    private void gpt2(String name, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(java, "-Dai.djl.offline=true", "-cp", classPath(), "io.github.gpt2djl.internal.cli.Main"));
        command.addAll(List.of(arguments));
        command(name, "json", command.toArray(String[]::new));
    }

    private void transformers(String name, Path model, int rows, String cache)
            throws IOException, InterruptedException {
        command(
                name,
                "json",
                python,
                "src/test/python/bench_transformers.py",
                model.toString(),
                "--device",
                device.equals("gpu") ? "cuda" : "cpu",
                "--dtype",
                device.equals("gpu") ? "float16" : "float32",
                "--batch-size",
                rows + "",
                "--cache",
                cache,
                "--json");
    }

    private static String classPath() {
        return String.join(
                File.pathSeparator, "target/gpu/classes", "target/classes", "target/test-classes", "target/gpu/lib/*");
    }

    /** Runs a command. A failure is a result, too: the report goes on. */
    private void command(String name, String format, String... command) throws IOException, InterruptedException {
        if (!name.matches(only)) {
            return;
        }
        System.out.println(name + " …");
        Path stdout = Files.createTempFile("gpu", ".out");
        Path stderr = Files.createTempFile("gpu", ".err");
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("name", name);
        long start = System.nanoTime();
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(stdout.toFile())
                    .redirectError(stderr.toFile())
                    .start();
            boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
            process.destroyForcibly();
            result.put("exit_code", ended ? process.exitValue() : "none after " + MINUTES + " minutes");
        } catch (IOException e) {
            result.put("exit_code", e.getMessage());
        }
        result.put("seconds", Math.round((System.nanoTime() - start) / 1e8) / 10.0);
        List<String> lines = Files.readAllLines(stdout);
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        if ("json".equals(format) && last.startsWith("{")) {
            result.put("result", JsonParser.parseString(last));
        } else {
            result.put("output", tail(lines));
        }
        result.put("messages", tail(Files.readAllLines(stderr)));
        results.add(result);
        write();
    }

    private static List<String> tail(List<String> lines) {
        return lines.subList(Math.max(0, lines.size() - 15), lines.size());
    }

    private void write() throws IOException {
        Files.writeString(out.resolve("report.json"), GSON.toJson(results));
        StringBuilder table = new StringBuilder(
                "| what | exit code | tokens/s | ms a step | first token, ms | of the floor |\n|---|---|---|---|---|---|\n");
        for (Map<String, Object> each : results) {
            JsonObject json = each.get("result") instanceof JsonObject object ? object : new JsonObject();
            table.append("| ").append(each.get("name")).append(" | ").append(each.get("exit_code"));
            for (String key :
                    List.of("tokens_per_second", "decode_ms_per_step", "time_to_first_token_ms", "floor_fraction")) {
                table.append(" | ").append(number(json, key));
            }
            table.append(" |\n");
        }
        Files.writeString(out.resolve("report.md"), table);
    }

    private static String number(JsonObject json, String key) {
        return json.has(key) && json.get(key).isJsonPrimitive()
                ? String.format(Locale.ROOT, "%.2f", json.get(key).getAsDouble())
                : "";
    }
}
