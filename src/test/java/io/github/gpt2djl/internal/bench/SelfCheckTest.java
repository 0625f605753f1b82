package io.github.gpt2djl.internal.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.internal.bench.SelfCheck.Line;
import io.github.gpt2djl.internal.bench.SelfCheck.Outcome;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A synthetic published model in a cache, with goldens that transformers made. */
class SelfCheckTest {
    private static final Path PUBLISHED = Path.of("src/test/resources/reference/gpt1-f32");
    private static final Path GOLDENS = PUBLISHED.resolve("goldens.json");
    private static final LoadOptions OPTIONS = LoadOptions.DEFAULT.withPrecision(Precision.FP32);

    @TempDir
    Path cache;

    @Test
    void passesOnWhatWasPublished() throws Exception {
        SelfCheck check = SelfCheck.run(snapshot().toString(), OPTIONS, null, GOLDENS);
        assertThat(check.passed()).as(check.lines().toString()).isTrue();
        assertThat(check.lines())
                .filteredOn(line -> line.outcome() == Outcome.OK)
                .extracting(Line::name)
                .containsExactly(
                        "config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "greedy \"the cat\"",
                        "greedy \"it was the best\"",
                        "logits \"it was the best\"");
        assertThat(check.lines())
                .extracting(Line::name)
                .contains("device", "precision", "threads", "pytorch", "tokenizers", "java");
    }

    @Test
    void oneFlippedBitInTheWeightsIsFound() throws Exception {
        Path weights = snapshot().resolve("model.safetensors").toRealPath();
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.seek(file.length() - 5);
            int b = file.read();
            file.seek(file.length() - 5);
            file.write(b ^ 0x40);
        }
        SelfCheck check =
                SelfCheck.run(cache.resolve("models--a--b/snapshots/0123abc").toString(), OPTIONS, null, GOLDENS);
        assertThat(check.passed()).isFalse();
        assertThat(check.lines())
                .filteredOn(line -> line.outcome() == Outcome.FAILED)
                .first()
                .satisfies(line -> assertThat(line.name() + line.detail())
                        .startsWith("model.safetensors")
                        .contains("expected")
                        .contains("download it again"));
    }

    @Test
    void anotherContinuationIsFound() throws Exception {
        Path other = cache.resolve("goldens.json");
        Files.writeString(
                other, Files.readString(GOLDENS).replace("-0.1627", "-0.1927").replace("52, 54, 14", "52, 54, 15"));
        SelfCheck check = SelfCheck.run(PUBLISHED.toString(), OPTIONS, null, other);
        assertThat(check.lines())
                .filteredOn(line -> line.outcome() == Outcome.FAILED)
                .hasSize(2)
                .anySatisfy(line -> assertThat(line.detail()).contains("differ from 0 on"))
                .anySatisfy(line -> assertThat(line.detail()).contains("expected -0.1927 within"));
        // Rounded weights are told, not blamed.
        assertThat(SelfCheck.run(PUBLISHED.toString(), OPTIONS.withPrecision(Precision.INT8), null, other)
                        .passed())
                .isTrue();
    }

    @Test
    void theShippedModelDoesWhatTransformersDoes() throws IOException {
        SelfCheck check = SelfCheck.run("shakespeare", OPTIONS, null, null);
        assertThat(check.lines())
                .filteredOn(line -> line.outcome() == Outcome.OK)
                .hasSize(3);
        assertThat(check.passed()).isTrue();
    }

    @Test
    void anotherModelThanTheOneNamedFails() throws IOException {
        SelfCheck check = SelfCheck.run(PUBLISHED.toString(), OPTIONS, "gpt2", null);
        assertThat(check.lines())
                .filteredOn(line -> line.outcome() == Outcome.FAILED)
                .extracting(Line::name)
                .contains("config.json", "model.safetensors", "greedy \"The dog\"", "logits \"Hello, I am\"");
        assertThatThrownBy(() -> SelfCheck.run(PUBLISHED.toString(), OPTIONS, "gpt9", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected one of gpt2,");
    }

    @Test
    void openAisChecksumsAreCompared() throws IOException {
        Path folder = TestCheckpoint.tiny().writeOpenAi(cache.resolve("openai"));
        Files.copy(PUBLISHED.resolve("vocab.json"), folder.resolve("encoder.json"));
        Files.writeString(folder.resolve("vocab.bpe"), "absent tokens\n");
        assertThat(SelfCheck.run(folder.toString(), OPTIONS, null, null).lines())
                .as("merges of another vocabulary")
                .anyMatch(
                        line -> line.outcome() == Outcome.FAILED && line.name().equals("loading"));
        Path whole = withoutTokenizer(TestCheckpoint.tiny().writeOpenAi(cache.resolve("openai2")));
        assertThat(SelfCheck.run(whole.toString(), OPTIONS, null, null).lines())
                .anySatisfy(line -> assertThat(line.detail()).isEqualTo("the checksums of 28 tensors"));
    }

    /** An encoder.json of 61 letters is enough of a tokenizer for 61 ids. */
    private static Path withoutTokenizer(Path folder) throws IOException {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < 61; i++) {
            json.append(i == 0 ? "" : ",")
                    .append('"')
                    .append((char) ('A' + i < '\\' ? 'A' + i : 'B' + i))
                    .append("\":")
                    .append(i);
        }
        Files.writeString(folder.resolve("encoder.json"), json.append('}'));
        Files.writeString(folder.resolve("vocab.bpe"), "");
        return folder;
    }

    private Path snapshot() throws Exception {
        Path blobs = Files.createDirectories(cache.resolve("models--a--b/blobs"));
        Path snapshot = Files.createDirectories(cache.resolve("models--a--b/snapshots/0123abc"));
        for (String name : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
            byte[] bytes = Files.readAllBytes(PUBLISHED.resolve(name));
            String sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
            Files.write(blobs.resolve(sha256), bytes);
            Files.createSymbolicLink(snapshot.resolve(name), Path.of("../../blobs", sha256));
        }
        return snapshot;
    }
}
