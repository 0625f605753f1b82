package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.internal.hub.Catalog;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/ScalingLaw.java with tiny models under the catalog's names, in a cache of the Hub. */
class ScalingLawTest {
    private static final Path TOKENIZER = Path.of("src/test/resources/reference/families/cerebras-gpt");

    @TempDir
    Path folder;

    /** The same vocabulary as the published: that of GPT-2 and that of Cerebras-GPT are one. */
    private void publish(String name, int width) throws Exception {
        String repository = Catalog.find(name).orElseThrow().repository();
        Path snapshot = folder.resolve("hub/models--" + repository.replace("/", "--") + "/snapshots/" + "1".repeat(40));
        new TestCheckpoint(2, 2, width, 40, 330, true, 7).write(snapshot);
        for (String file : List.of("vocab.json", "merges.txt")) {
            Files.copy(TOKENIZER.resolve(file), snapshot.resolve(file));
        }
        Path refs = Files.createDirectories(snapshot.getParent().resolveSibling("refs"));
        Files.writeString(refs.resolve("main"), "1".repeat(40));
    }

    @Test
    void cerebrasHasALawOfItsOwn() throws Exception {
        List<String> family = Catalog.names().stream()
                .filter(name -> name.startsWith("cerebras-gpt-"))
                .toList();
        assertThat(family)
                .containsExactly(
                        "cerebras-gpt-111m",
                        "cerebras-gpt-256m",
                        "cerebras-gpt-590m",
                        "cerebras-gpt-1.3b",
                        "cerebras-gpt-2.7b");
        int width = 8;
        for (String name : family) {
            publish(name, width += 8);
        }
        publish("gpt2", 24);
        publish("gpt2-medium", 32);
        publish("dialogpt-small", 24);

        String without = lesson();
        assertThat(shown(without)).containsExactly("shakespeare", "gpt2", "gpt2-medium");
        String with = lesson("--cerebras");
        assertThat(shown(with))
                .containsExactlyInAnyOrder(concat(List.of("shakespeare", "gpt2", "gpt2-medium"), family));
        assertThat(with)
                .contains("tokenizer of gpt2: a line needs 3 sizes, found 2.")
                .containsPattern("\ntokenizer of cerebras-gpt-111m: L = .+ nats per token\n");
        assertThat(shown(lesson("--cerebras", "--models", "gpt2")))
                .containsExactlyInAnyOrder(concat(List.of("shakespeare", "gpt2"), family));
    }

    private static String[] concat(List<String> one, List<String> other) {
        List<String> all = new ArrayList<>(one);
        all.addAll(other);
        return all.toArray(String[]::new);
    }

    /** The last column of the table. */
    private static List<String> shown(String out) {
        return Pattern.compile("^ +[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+ +[\\d.]+ +(\\S+)$", Pattern.MULTILINE)
                .matcher(out)
                .results()
                .map(row -> row.group(1))
                .toList();
    }

    private String lesson(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("ScalingLaw", "--pictures", folder.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = TestJvm.command(command.toArray(String[]::new));
        builder.environment().put("HF_HUB_CACHE", folder.resolve("hub").toString());
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        String told = Files.readString(out);
        // Where Java finds no font, only the picture is missing.
        if (!Files.readString(err).contains("cannot be drawn")) {
            assertThat(process.exitValue()).as(Files.readString(err)).isZero();
            assertThat(folder.resolve("scaling-law.png")).isNotEmptyFile();
        }
        return told;
    }
}
