package io.github.gpt2djl.internal.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.testing.TestJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** examples/Chinese.java with a WordPiece model that has learned two sentences. */
class ChineseTest {
    private static final String UNTRAINED = "src/test/resources/reference/families/uer-gpt2-chinese";
    private static final String LEARNED = "我喜欢学习语言模型，因为它们很有意思。";

    @TempDir
    Path folder;

    @Test
    void aLearnedSentenceGoesOn() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), (LEARNED + "今天天气很好。\n").repeat(60));
        Path model = folder.resolve("model");
        MainTest.Result tuned = MainTest.run(
                "finetune",
                "--model",
                UNTRAINED,
                "--text-file",
                text.toString(),
                "--out",
                model.toString(),
                "--context",
                "48",
                "--max-steps",
                "400",
                "--learning-rate",
                "0.02",
                "--dropout",
                "0",
                "--sample-every",
                "0");
        assertThat(tuned.code()).as(tuned.err()).isZero();
        String shown = lesson("我喜欢学习", "--model", model.toString(), "--max-new-tokens", "14");
        // Each character is one token, with the class's own tokens around a whole text.
        assertThat(shown)
                .startsWith("我喜欢学习: 5 characters, 5 tokens\n\n")
                .contains("  我\n", "  习\n", "\n\nAs a text of its own: [CLS] 我 喜 欢 学 习 [SEP]\n")
                .doesNotContain("--model gpt2-chinese")
                .contains("\ngreedy:\n" + LEARNED.substring(0, 19) + "\n")
                .containsPattern("\ntop-p 0.9:\n我喜欢学习.+\n");
    }

    /** The shipped vocabulary has only bytes. */
    @Test
    void withoutAModelOfItsOwn() throws Exception {
        assertThat(lesson("我喜")).startsWith("我喜: 2 characters, 6 tokens\n").contains("--model gpt2-chinese --download");
    }

    private String lesson(String... arguments) throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        String[] command = new String[arguments.length + 2];
        // Characters of an argument do not depend on the locale then.
        command[0] = "-Dfile.encoding=UTF-8";
        command[1] = "Chinese";
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        ProcessBuilder builder =
                TestJvm.command(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readString(out, StandardCharsets.UTF_8);
    }
}
