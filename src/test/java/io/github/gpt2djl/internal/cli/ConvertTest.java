package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import io.github.gpt2djl.internal.hub.Models;
import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConvertTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"'', F32, 4", "--dtype f16, F16, 2", "--dtype BF16, BF16, 2"})
    void writesAModelThatLoads(String options, DType dtype, int bytes) throws IOException {
        Path to = folder.resolve("new/folder");
        List<String> arguments = new ArrayList<>(List.of("convert", "--model", "shakespeare", "--out", to.toString()));
        arguments.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
        MainTest.Result result = MainTest.run(arguments.toArray(String[]::new));
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo(to + "\n");
        assertThat(result.code()).isZero();
        long weights = bytes * Models.shippedConfig().parameters();
        assertThat(Files.size(to.resolve("model.safetensors"))).isBetween(weights, weights + 9_000);
        try (Checkpoint copy = Checkpoint.open(to)) {
            assertThat(copy.tensors().find("wte.weight").dtype()).isEqualTo(dtype);
        }
        String[] generate = {"generate", "ROMEO:", "--no-do-sample", "--max-new-tokens", "9", "--model"};
        if (dtype != DType.BF16) {
            // The shipped weights are F16.
            assertThat(MainTest.run(with(generate, to.toString())).out())
                    .isEqualTo(MainTest.run(with(generate, "shakespeare")).out());
        }
    }

    @Test
    void addsAnAdapterToItsBase() throws IOException {
        String adapter = "src/test/resources/reference/adapters/everywhere";
        assertThat(MainTest.run("convert", "--model", adapter, "--out", folder.toString())
                        .err())
                .isEmpty();
        String[] score = {"score", "--text-ids", "1,7,30,22,6", "--json", "--model"};
        assertThat(MainTest.run(with(score, folder.toString())).out())
                .isEqualTo(MainTest.run(with(score, adapter)).out())
                .isNotEqualTo(MainTest.run(with(score, "src/test/resources/reference/adapters/base"))
                        .out());
    }

    @Test
    void wrongUsage() throws IOException {
        String model = TestCheckpoint.tiny().write(folder).toString();
        MainTest.Result own = MainTest.run("convert", "--model", model, "--out", model);
        assertThat(own.code()).isEqualTo(2);
        assertThat(own.err())
                .isEqualTo("error: found " + model + ", which the model is read from; expected another folder\n");
        MainTest.Result dtype = MainTest.run("convert", "--model", model, "--out", model, "--dtype", "f64");
        assertThat(dtype.code()).isEqualTo(2);
        assertThat(dtype.err()).contains("'--dtype'").contains("F32, F16, BF16").contains("f64");
        MainTest.Result out = MainTest.run("convert", "--model", model);
        assertThat(out.code()).isEqualTo(2);
        assertThat(out.err()).contains("Missing required option: '--out=FOLDER'");
        assertThat(MainTest.run("convert", "--model", "gpt3", "--out", model).code())
                .isEqualTo(1);
    }

    /** A limit on the size of files stands for a full disk. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskLeavesTheOldFile() throws Exception {
        Files.writeString(folder.resolve("model.safetensors"), "old");
        List<String> command = TestJvm.command(
                        "-XX:-UsePerfData", Main.class.getName(), "convert", "--model", "shakespeare", "--out", ".")
                .command();
        command.addAll(0, List.of("bash", "-c", "ulimit -f 1000; exec \"$@\"", "bash"));
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String message = Files.readString(err, StandardCharsets.UTF_8);
        assertThat(message)
                .startsWith("error: ./model.safetensors: could not be written (")
                .containsPattern("could not be written \\(.+\\); it takes "
                        + 4 * Models.shippedConfig().parameters() / 100_000 + "\\d{5} bytes, and \\d+ are free there");
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(folder.resolve("model.safetensors")).hasContent("old");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("config.json", "tokenizer.json", "model.safetensors", "err");
        }
    }

    private static String[] with(String[] arguments, String last) {
        return Stream.concat(Stream.of(arguments), Stream.of(last)).toArray(String[]::new);
    }
}
