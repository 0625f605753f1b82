package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages' whole programs, which begin with their imports: the text block after one is its output. */
class PageProgramsTest {
    private static final Pattern PROGRAM =
            Pattern.compile("```java\n(import .*?\nclass (\\w+) .*?)```\n\n```text\n(.*?)```", Pattern.DOTALL);

    /** Whole programs print the text that follows them, character by character. */
    @Test
    void programsPrintTheTextAfterThem(@TempDir Path folder) throws Exception {
        int programs = 0;
        for (Path page : SnippetsTest.pages()) {
            String text = Files.readString(page);
            List<MatchResult> found = PROGRAM.matcher(text).results().toList();
            // None is left out because no output follows it.
            assertThat(text.split("```java\nimport ", -1)).as(page.toString()).hasSize(found.size() + 1);
            for (MatchResult program : found) {
                Path classes = Files.createDirectory(folder.resolve("program" + programs++));
                Path source = Files.writeString(classes.resolve(program.group(2) + ".java"), program.group(1));
                assertThat(compile(source, classes)).as(page.toString()).isEmpty();
                assertThat(run(program.group(2), classes)).as(page.toString()).isEqualTo(program.group(3));
            }
        }
        assertThat(programs).isGreaterThan(2);
    }

    /** Compiles a file with warnings as errors; returns the complaints. */
    private static List<?> compile(Path source, Path classes) throws IOException {
        var complaints = new DiagnosticCollector<JavaFileObject>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(complaints, null, StandardCharsets.UTF_8)) {
            List<String> options = List.of("-Xlint:all,-path", "-Werror", "-proc:none", "-d", classes.toString());
            compiler.getTask(null, manager, complaints, options, null, manager.getJavaFileObjects(source))
                    .call();
        }
        return complaints.getDiagnostics();
    }

    /** Calls a program's main method; returns what it prints. */
    private static String run(String name, Path classes) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, PageProgramsTest.class.getClassLoader())) {
            var main = loader.loadClass(name).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
