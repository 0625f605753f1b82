package io.github.gpt2djl.internal.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Token;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A tiny model of each published family, text in and text out: its files have the form of the published ones, and
 * make_family_references.py tells what transformers makes of them.
 */
class FamilyReferenceTest {
    static final Path ROOT = Path.of("src/test/resources/reference/families");
    private static final String EXPECTED = "expected.json";
    /** Its tokenizer cuts at a regular expression of its own. */
    private static final Set<String> NEEDS_TRUST = Set.of("molecules");

    @TempDir
    Path temporary;

    /** A prompt, and what follows; {@code decoded} is all of it with special tokens. */
    record Row(
            String text,
            List<Integer> ids,
            List<Double> log_probs,
            List<Integer> greedy,
            String generated,
            String decoded) {
        /** The model's answers are those of transformers. */
        void check(Gpt2 gpt2, SoftAssertions all) {
            GenerationConfig config =
                    GenerationConfig.builder().doSample(false).maxNewTokens(20).build();
            all.assertThat(gpt2.encode(text)).as("ids of %s", text).isEqualTo(ids);
            Generation generation = gpt2.generate(text, config);
            all.assertThat(generation.ids()).as("after %s", text).isEqualTo(greedy);
            all.assertThat(generation.text()).as("text after %s", text).isEqualTo(generated);
            try (Stream<Token> tokens = gpt2.stream(text, config)) {
                all.assertThat(tokens.map(Token::text).collect(Collectors.joining()))
                        .as("pieces after %s", text)
                        .isEqualTo(generated);
            }
            List<Integer> everything = new ArrayList<>(ids);
            everything.addAll(greedy);
            all.assertThat(gpt2.decode(everything)).as("text of all ids").isEqualTo(decoded);
            // One token has nothing before it that could foretell it.
            List<Double> scores =
                    ids.size() == 1 ? List.of() : gpt2.score(Prompt.of(text)).logProbabilities();
            all.assertThat(scores).hasSameSizeAs(log_probs);
            for (int i = 0; i < Math.min(scores.size(), log_probs.size()); i++) {
                all.assertThat(scores.get(i))
                        .as("log-probability of token %d of %s", i + 1, text)
                        .isCloseTo(log_probs.get(i), within(1e-4));
            }
        }
    }

    static List<String> families() throws IOException {
        try (Stream<Path> folders = Files.list(ROOT)) {
            // An adapter has no config.json; LayoutsTest loads that.
            return folders.filter(folder -> Files.exists(folder.resolve("config.json")))
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        }
    }

    static List<Path> files(String family) throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve(family))) {
            return files.filter(file -> !file.endsWith(EXPECTED)).sorted().toList();
        }
    }

    static void check(String family, Path folder) throws IOException {
        List<Row> rows =
                new Gson().fromJson(Files.readString(ROOT.resolve(family).resolve(EXPECTED)), new TypeToken<>() {});
        assertThat(rows).hasSizeGreaterThan(1);
        SoftAssertions all = new SoftAssertions();
        try (Gpt2 gpt2 = Gpt2.load(folder, LoadOptions.DEFAULT.withTrustedFiles(NEEDS_TRUST.contains(family)))) {
            rows.forEach(row -> row.check(gpt2, all));
        }
        all.assertAll();
    }

    @ParameterizedTest
    @MethodSource("families")
    void fromItsFolder(String family) throws IOException {
        check(family, ROOT.resolve(family));
    }

    /** What is saved gives the same, and has all files of the tokenizer. */
    @ParameterizedTest
    @MethodSource("families")
    void afterSaving(String family) throws IOException {
        // make_family_references.py --check loads what is kept.
        String kept = System.getProperty("saved");
        Path copy = kept == null ? temporary.resolve("copy") : Path.of(kept, family);
        try (Checkpoint source = Checkpoint.open(ROOT.resolve(family))) {
            source.save(copy, DType.F32);
        }
        check(family, copy);
        boolean whole = Files.exists(ROOT.resolve(family).resolve("tokenizer.json"));
        for (Path file : files(family)) {
            String name = file.getFileName().toString();
            // Beside a tokenizer.json these say the same once more.
            boolean again = whole && List.of("vocab.json", "merges.txt").contains(name);
            if (!again && !name.equals("config.json") && !name.matches(".*(safetensors|bin)(\\.index\\.json)?")) {
                assertThat(copy.resolve(name)).hasSameBinaryContentAs(file);
            }
        }
    }

    /** Its tokenizer.json came of the same pieces; the class's own tokens then get the ids behind these. */
    @Test
    void goldfishFromThePiecesAlone() throws IOException {
        for (Path file : files("goldfish")) {
            if (!file.endsWith("tokenizer.json")) {
                Files.copy(file, temporary.resolve(file.getFileName()));
            }
        }
        check("goldfish", temporary);
    }

    @Test
    void aRegularExpressionOfItsOwnNeedsTrust() {
        NEEDS_TRUST.forEach(family -> assertThatThrownBy(() -> Gpt2.load(ROOT.resolve(family)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("--trust-files"));
    }

    @ParameterizedTest
    @MethodSource("families")
    void fromTheHubsCache(String family) throws IOException {
        Path cache = new PublishedCache(temporary).with("someone/" + family, files(family));
        check(family, Models.folder("someone/" + family, PublishedCache.environment(cache)));
    }
}
