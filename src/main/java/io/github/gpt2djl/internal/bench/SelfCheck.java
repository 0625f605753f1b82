package io.github.gpt2djl.internal.bench;

import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.decoder.TorchEngine;
import io.github.gpt2djl.internal.generation.LoadedModel;
import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.internal.hub.FileChecks;
import io.github.gpt2djl.internal.hub.Models;
import io.github.gpt2djl.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether a model on this machine is the published one and gives the published results.
 *
 * @param lines the checks, in order
 */
public record SelfCheck(List<Line> lines) {

    /** The outcome of one check. */
    public enum Outcome {
        /** As published. */
        OK,
        /** Not as published. */
        FAILED,
        /** Nothing to compare with. */
        UNKNOWN,
        /** A fact about this machine. */
        INFO
    }

    /**
     * One check.
     *
     * @param outcome of the check
     * @param name what was checked
     * @param detail what was found, and what was expected
     */
    public record Line(Outcome outcome, String name, String detail) {}

    /**
     * Compares the files with their checksums, loads the model, and replays published continuations and logits.
     *
     * <p>Ids are compared in every precision, but only FP32 has to agree: the others round the weights.
     *
     * @param name as for {@link io.github.gpt2djl.Gpt2#load(String, LoadOptions)}
     * @param options how to load the model
     * @param as the catalog's name of the model that it should be; null if its place in the cache tells the name
     * @param goldens a file of goldens to use instead of the published ones, or null
     * @return the checks; a malformed file is one of the lines
     * @throws IOException if the model is not on this machine or cannot be read
     * @throws IllegalArgumentException if {@code as} is not in the catalog
     */
    public static SelfCheck run(String name, LoadOptions options, @Nullable String as, @Nullable Path goldens)
            throws IOException {
        List<Line> lines = new ArrayList<>();
        String identity = Models.SHIPPED;
        if (name.equals(Models.SHIPPED)) {
            lines.add(new Line(Outcome.INFO, "files", "in the jar"));
        } else {
            Path folder = options.source().folder(name);
            Optional<Catalog.Model> model = as == null ? FileChecks.model(folder) : Catalog.find(as);
            if (as != null && model.isEmpty()) {
                throw new IllegalArgumentException("no published model is called \"" + as + "\", expected one of "
                        + String.join(", ", Catalog.names()));
            }
            identity = model.map(Catalog.Model::name).orElse("");
            lines.add(new Line(Outcome.INFO, "folder", folder.toString()));
            for (FileChecks.Result file : FileChecks.run(folder, model.orElse(null))) {
                lines.add(new Line(outcome(file.outcome()), file.file(), file.detail()));
            }
        }
        long start = System.nanoTime();
        try (LoadedModel loaded = LoadedModel.load(options.source().open(name), options)) {
            machine(lines, loaded, (System.nanoTime() - start) / 1e9);
            replay(lines, loaded, goldens(identity, goldens));
        } catch (MalformedCheckpointException e) {
            // The check of the files above may have found the reason.
            lines.add(new Line(Outcome.FAILED, "loading", String.valueOf(e.getMessage())));
        }
        return new SelfCheck(List.copyOf(lines));
    }

    /** {@return whether nothing failed} */
    public boolean passed() {
        return lines.stream().noneMatch(line -> line.outcome() == Outcome.FAILED);
    }

    private static List<Golden> goldens(String identity, @Nullable Path file) throws IOException {
        return file != null
                ? Golden.read(file)
                : Golden.published().stream()
                        .filter(g -> g.model().equals(identity))
                        .toList();
    }

    private static void replay(List<Line> lines, LoadedModel loaded, List<Golden> goldens) {
        if (goldens.isEmpty()) {
            lines.add(new Line(Outcome.UNKNOWN, "continuations", "none are published for this model"));
        }
        boolean exact = loaded.precision() == Precision.FP32;
        for (Golden golden : goldens) {
            String about = golden.prompt() != null ? "\"" + golden.prompt() + "\"" : "ids " + golden.promptIds();
            String title = golden.decoding() + " " + about;
            String source = golden.source() == null ? "" : " (" + golden.source() + ")";
            if (!golden.isChecked()) {
                lines.add(new Line(Outcome.UNKNOWN, title, "not checked: this version has no " + golden.decoding()));
                continue;
            }
            List<String> differences = golden.differences(loaded);
            if (differences.isEmpty()) {
                lines.add(new Line(Outcome.OK, title, "as published" + source));
            } else if (exact) {
                lines.add(new Line(Outcome.FAILED, title, String.join("; ", differences) + source));
            } else {
                lines.add(new Line(
                        Outcome.INFO, title, "rounded weights may differ: " + String.join("; ", differences) + source));
            }
        }
    }

    private static void machine(List<Line> lines, LoadedModel loaded, double seconds) {
        info(lines, "loaded", String.format(Locale.ROOT, "in %.1f s", seconds));
        info(lines, "precision", loaded.precision().name().toLowerCase(Locale.ROOT));
        info(lines, "device", loaded.device() + "; " + TorchEngine.about(loaded.device()));
        info(
                lines,
                "threads",
                TorchEngine.threads() + " of " + Runtime.getRuntime().availableProcessors() + " processors");
        info(lines, "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        info(
                lines,
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"));
        info(lines, "pytorch", TorchEngine.version());
        info(lines, "tokenizers", Tokenizer.libraryVersion());
    }

    private static void info(List<Line> lines, String name, String detail) {
        lines.add(new Line(Outcome.INFO, name, detail));
    }

    private static Outcome outcome(FileChecks.Outcome outcome) {
        return switch (outcome) {
            case SAME -> Outcome.OK;
            case DIFFERENT -> Outcome.FAILED;
            case UNKNOWN -> Outcome.UNKNOWN;
        };
    }
}
