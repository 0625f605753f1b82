package io.github.gpt2djl.cli;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.ModelConfig;
import io.github.gpt2djl.decoder.Precision;
import io.github.gpt2djl.hub.Catalog;
import io.github.gpt2djl.hub.Models;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code models}: the catalog, and what of it is on this machine. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = "Lists the known models: size, memory that the weights take in each precision, and where they"
                + " are on this machine.",
        footer = {"", "Example:", "  models --json"})
final class ModelsCommand implements Callable<Integer> {
    @Option(names = "--json", description = "One line of JSON a model.")
    boolean json;

    private final PrintStream out;

    ModelsCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (!json) {
            out.printf(
                    "%-12s %10s %9s %8s %8s %8s  %-10s %s%n",
                    "name", "parameters", "download", "fp32", "fp16", "int8", "licence", "on this machine");
        }
        print(Models.SHIPPED, Models.shippedConfig(), null, new Place("in the jar", null));
        for (Catalog.Model model : Catalog.models()) {
            print(model.name(), model.config(), model, Place.of(model.name()));
        }
        return 0;
    }

    /** Where a model is, or what is wrong with what is there; neither if nothing is. */
    private record Place(@Nullable String path, @Nullable String problem) {
        /** A damaged entry of the cache hides no other. */
        static Place of(String name) {
            try {
                List<String> missing = Models.missing(name, System.getenv());
                return missing.isEmpty()
                        ? new Place(
                                Models.cached(name, System.getenv())
                                        .map(Object::toString)
                                        .orElse(null),
                                null)
                        : new Place(null, "incomplete: " + String.join(", ", missing) + " missing");
            } catch (IOException e) {
                return new Place(null, "damaged: " + e.getMessage());
            }
        }

        @Override
        public String toString() {
            return path != null ? path : problem != null ? problem : "no";
        }
    }

    private void print(String name, ModelConfig config, Catalog.@Nullable Model model, Place place) {
        Long download = model == null ? null : download(model);
        String license = model == null ? "apache-2.0" : model.license();
        if (!json) {
            out.printf(
                    Locale.ROOT,
                    "%-12s %8.1f M %9s %8s %8s %8s  %-10s %s%n",
                    name,
                    config.parameters() / 1e6,
                    download == null ? "-" : megabytes(download),
                    memory(config, Precision.FP32),
                    memory(config, Precision.FP16),
                    memory(config, Precision.INT8),
                    license,
                    place);
            return;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("repository", model == null ? null : model.repository());
        fields.put("revision", model == null ? null : model.revision());
        fields.put("license", license);
        fields.put("parameters", config.parameters());
        fields.put("download_bytes", download);
        for (Precision precision : new Precision[] {Precision.FP32, Precision.FP16, Precision.INT8}) {
            String key = precision.name().toLowerCase(Locale.ROOT) + "_bytes";
            fields.put(key, precision.isAvailable() ? precision.weightBytes(config) : null);
        }
        fields.put("path", place.path());
        fields.put("problem", place.problem());
        out.println(Output.json(fields));
    }

    /** The weights' size, or null where nobody has verified it. */
    private static @Nullable Long download(Catalog.Model model) {
        return model.files().stream()
                .filter(f -> Checkpoint.WEIGHTS.contains(f.name()))
                .map(Catalog.RemoteFile::bytes)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static String memory(ModelConfig config, Precision precision) {
        return precision.isAvailable() ? megabytes(precision.weightBytes(config)) : "-";
    }

    private static String megabytes(long bytes) {
        return Math.round(bytes / 1e6) + " MB";
    }
}
