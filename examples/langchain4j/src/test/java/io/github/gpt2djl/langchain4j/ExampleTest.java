package io.github.gpt2djl.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExampleTest {
    @Test
    void printsACompletionAndAStream() throws IOException {
        PrintStream before = System.out;
        var out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            Example.main();
        } finally {
            System.setOut(before);
        }
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .anyMatch(line -> line.matches("To be, or not to .+"))
                .anyMatch(line -> line.matches("TokenUsage .*outputTokenCount = 40.*, LENGTH"))
                .contains("ROMEO:")
                .endsWith("LENGTH");
    }

    @Test
    void theReadmesCodeIsTheExamples() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int start = readme.indexOf("```java\n") + "```java\n".length();
        String code = readme.substring(start, readme.indexOf("```", start));
        String example = Files.readString(Path.of("src/main/java/io/github/gpt2djl/langchain4j/Example.java"));
        assertThat(example.replaceAll("(?m)^ +", "")).contains(code);
    }
}
