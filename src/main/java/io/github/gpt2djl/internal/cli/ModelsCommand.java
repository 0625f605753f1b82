package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.internal.hub.Models;
import java.io.IOException;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code models}: lists the catalog, and which models are on this machine. */
@Command(
        name = "models",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the known models with their sizes, the memory of the weights in each precision, their folders on"
                    + " this machine, and other revisions in Hugging Face's cache.",
            "checked: the catalog has a commit and the weights' checksum (\"verified\"), only a commit (\"pinned\"), or"
                    + " neither (\"no\": main is used). Every download is compared with the Hub's checksums."
        },
        footer = {"", "Example:", "  models --json"})
final class ModelsCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print one line of JSON per model.")
    boolean json;

    private final PrintStream out;

    ModelsCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        if (!json) {
            out.printf(
                    "%-20s %10s %9s %8s %8s %8s  %-10s  %-8s %s%n",
                    "name", "parameters", "download", "fp32", "fp16", "int8", "licence", "checked", "on this machine");
        }
        print(Models.SHIPPED, Models.shippedConfig(), null, new Place("in the jar", null), List.of());
        for (Catalog.Model model : Catalog.models()) {
            Place place = Place.of(model.name());
            List<Models.Revision> revisions = Models.revisions(model.name(), System.getenv());
            print(model.name(), model.config(), model, place, revisions);
            if (!json) {
                for (Models.Revision revision : revisions) {
                    print(model.name(), revision, place);
                }
            }
        }
        return 0;
    }

    /** A model's folder, or the problem with its files; neither if the model is not on this machine. */
    private record Place(@Nullable String path, @Nullable String problem) {
        /** Finds a model. A damaged cache entry does not hide other models. */
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

    /** Returns the name that --model takes for a revision, with its folder, for folders other than the model's own. */
    private void print(String name, Models.Revision revision, Place place) {
        String folder = revision.folder().toString();
        if (folder.equals(place.path())) {
            return;
        }
        List<String> names = revision.refs().isEmpty() ? List.of(revision.commit()) : revision.refs();
        for (String ref : names) {
            out.println("  " + name + "@" + ref + "  " + folder);
        }
    }

    private void print(
            String name,
            ModelConfig config,
            Catalog.@Nullable Model model,
            Place place,
            List<Models.Revision> revisions) {
        OptionalLong download = model == null ? OptionalLong.empty() : model.weightBytes();
        String license = model == null ? Models.SHIPPED_LICENSE : model.license();
        if (!json) {
            out.printf(
                    Locale.ROOT,
                    "%-20s %8.1f M %9s %8s %8s %8s  %-10s  %-8s %s%n",
                    name,
                    config.parameters() / 1e6,
                    download.isPresent() ? megabytes(download.getAsLong()) : "-",
                    memory(config, Precision.FP32),
                    memory(config, Precision.FP16),
                    memory(config, Precision.INT8),
                    license,
                    checked(model),
                    place);
            return;
        }
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("repository", model == null ? null : model.repository());
        fields.put("revision", model == null ? null : model.revision());
        fields.put("checked", checked(model));
        fields.put("license", license);
        fields.put("parameters", config.parameters());
        fields.put("download_bytes", download.isPresent() ? download.getAsLong() : null);
        for (Precision precision : new Precision[] {Precision.FP32, Precision.FP16, Precision.INT8}) {
            String key = precision.name().toLowerCase(Locale.ROOT) + "_bytes";
            fields.put(key, precision.isAvailable() ? precision.weightBytes(config) : null);
        }
        fields.put("path", place.path());
        fields.put("problem", place.problem());
        fields.put("revisions", revisions.stream().map(ModelsCommand::fields).toList());
        out.println(Output.json(fields));
    }

    private static Map<String, @Nullable Object> fields(Models.Revision revision) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("commit", revision.commit());
        fields.put("refs", revision.refs());
        fields.put("path", revision.folder().toString());
        return fields;
    }

    /** Returns the column "checked"; the shipped model is part of the jar and counts as verified. */
    private static String checked(Catalog.@Nullable Model model) {
        return model == null || model.isVerified() ? "verified" : model.isPinned() ? "pinned" : "no";
    }

    private static String memory(ModelConfig config, Precision precision) {
        return precision.isAvailable() ? megabytes(precision.weightBytes(config)) : "-";
    }

    private static String megabytes(long bytes) {
        return Math.round(bytes / 1e6) + " MB";
    }
}
