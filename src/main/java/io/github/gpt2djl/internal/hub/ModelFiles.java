package io.github.gpt2djl.internal.hub;

import io.github.gpt2djl.checkpoint.Adapter;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.files.ShardedTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Decides which files make a model whole: its configuration, weights in one form with all shards, and a tokenizer in
 * one form if the model is known to have one.
 */
final class ModelFiles {
    /** The files that every model has. The name of the weights stands for all forms. */
    static final List<String> LEAST = List.of(Checkpoint.CONFIG, Checkpoint.WEIGHTS.get(0));

    /** The configuration that PEFT keeps of an adapter. transformers prefers it to a config.json in the same folder. */
    static final String ADAPTER = "adapter_config.json";

    static final List<String> ADAPTER_WEIGHTS = List.of("adapter_model.safetensors", "adapter_model.bin");

    private static final String TOKENIZER = "tokenizer.json";
    private static final String VOCABULARY = "vocab.json";
    private static final String MERGES = "merges.txt";

    /** The files of a tokenizer in any form. transformers reads the first, and also asks for the others. */
    static final List<String> TOKENIZERS = Checkpoint.VOCABULARIES;

    /** The tokenizers of one file each: WordPiece's vocabulary, and SentencePiece's model under its possible names. */
    private static final List<String> ALONE = TOKENIZERS.stream()
            .filter(file -> !List.of(TOKENIZER, VOCABULARY, MERGES).contains(file))
            .toList();

    /** The files that transformers reads besides the configuration and the weights, if the model has them. */
    static final List<String> OPTIONAL = Stream.of(
                    List.of(Checkpoint.GENERATION_CONFIG), TOKENIZERS, Checkpoint.BESIDE_TOKENIZER)
            .flatMap(List::stream)
            .toList();

    private ModelFiles() {}

    /**
     * Returns the files that a folder lacks.
     *
     * @param published the names of the expected files: {@link #LEAST}, or a model's own files with its tokenizer
     * @return the names; empty if the model is whole
     */
    static List<String> missing(Path folder, List<String> published) {
        if (Adapter.isIn(folder)) {
            return ADAPTER_WEIGHTS.stream().anyMatch(file -> has(folder, file))
                    ? List.of()
                    : ADAPTER_WEIGHTS.subList(0, 1);
        }
        List<String> missing = new ArrayList<>();
        if (!has(folder, Checkpoint.CONFIG)) {
            missing.add(Checkpoint.CONFIG);
        }
        missing.addAll(missingWeights(folder, published));
        if (!has(folder, TOKENIZER) && ALONE.stream().noneMatch(file -> has(folder, file))) {
            boolean older = has(folder, VOCABULARY) || has(folder, MERGES);
            List<String> expected = older ? List.of(VOCABULARY, MERGES) : TOKENIZERS;
            expected.stream()
                    .filter(file -> !has(folder, file) && (older || published.contains(file)))
                    .forEach(missing::add);
        }
        return missing;
    }

    private static List<String> missingWeights(Path folder, List<String> published) {
        Optional<String> weights =
                Checkpoint.WEIGHTS.stream().filter(file -> has(folder, file)).findFirst();
        if (weights.isEmpty()) {
            return published.stream().filter(Checkpoint.WEIGHTS::contains).toList();
        }
        if (!weights.get().endsWith(".index.json")) {
            return List.of();
        }
        try {
            return ShardedTensors.files(folder.resolve(weights.get())).stream()
                    .filter(shard -> shard.indexOf('\0') >= 0 || !has(folder, shard))
                    .toList();
        } catch (IOException e) {
            return List.of(weights.get() + " (damaged)");
        }
    }

    /** Tells whether there is a tokenizer, or an adapter, which needs no tokenizer of its own. */
    static boolean hasTokenizer(Path folder) {
        return TOKENIZERS.stream().anyMatch(file -> !file.equals(MERGES) && has(folder, file)) || Adapter.isIn(folder);
    }

    /** Tells whether a file of that name holds weights, whole or in part. */
    static boolean isWeights(String file) {
        return file.endsWith(".safetensors") || file.endsWith(".bin");
    }

    /** Tells whether any file of a model is present. */
    static boolean isBegun(Path folder) {
        return Adapter.isIn(folder)
                || Stream.of(List.of(Checkpoint.CONFIG), Checkpoint.WEIGHTS, OPTIONAL)
                        .flatMap(List::stream)
                        .anyMatch(file -> has(folder, file));
    }

    /** Tells whether a file exists. A link to a file that did not arrive does not count. */
    private static boolean has(Path folder, String file) {
        return Files.exists(folder.resolve(file));
    }
}
