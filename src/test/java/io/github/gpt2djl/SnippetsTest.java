package io.github.gpt2djl;

import static io.github.gpt2djl.testing.ShippedModel.SHAKESPEARE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.internal.decoder.Decoder;
import io.github.gpt2djl.internal.loop.Decoding;
import io.github.gpt2djl.internal.loop.Request;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.TokenSequence;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of the documentation are programs: the {@code <pre>} blocks of the sources' Javadoc, and the java blocks
 * of the READMEs and of the pages in docs/ and examples/.
 *
 * <p>A block that begins with an import is a whole program, which PageProgramsTest runs. Each other block is the body of
 * a method that may throw anything. What {@link Given} has is in scope; the packages of the
 * API, java.nio, java.nio.file, java.util, java.util.concurrent and java.util.stream are imported. Where a println
 * tells its result in a comment, the block is run, and must print it.
 */
public class SnippetsTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern JAVADOC = Pattern.compile("<pre>\\{@code\n(.*?)\n *\\* }</pre>", Pattern.DOTALL);
    private static final Pattern FENCE = Pattern.compile("```java\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern RESULT = Pattern.compile("println\\(.*\\); // (.+)$", Pattern.MULTILINE);

    /** What an example may use without declaring it. */
    public static class Given {
        /** The shipped model. */
        protected static final Gpt2 gpt2 = SHAKESPEARE;

        /** For examples within {@code internal}. */
        protected static final Decoder decoder = gpt2.model().decoder();

        protected static final Path folder = Path.of("absent");
        /** Twelve tokens after three, for examples within {@code internal}. */
        protected static final Request request =
                new Request(new int[] {20, 30, 40}, 1, 12, 0, Decoding.plain(new Greedy()));

        /** The logarithms of .5, .3, .15 and .05. */
        protected static final FloatBuffer logits = FloatBuffer.wrap(
                new float[] {(float) Math.log(.5), (float) Math.log(.3), (float) Math.log(.15), (float) Math.log(.05)});

        protected static final TokenSequence soFar = new TokenSequence(new int[] {0}, 1, 1, 10);
    }

    /**
     * A block of code.
     *
     * @param name of the class that it becomes
     * @param line of its first line
     */
    private record Snippet(String name, Path file, int line, String code) {
        /** Code from the second line on. */
        JavaFileObject source() throws IOException {
            String imports = isInternal(file) ? imports(true) : imports(false);
            // In a package: the lessons, in none, have names of the library's classes, too.
            String text = "package snippets; " + imports + "class " + name
                    + " extends io.github.gpt2djl.SnippetsTest.Given implements"
                    + " Callable<Void> { public Void call() throws Exception {\n" + code + "\nreturn null; } }\n";
            return new SimpleJavaFileObject(URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
                @Override
                public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                    return text;
                }
            };
        }

        List<String> results() {
            return RESULT.matcher(code).results().map(m -> m.group(1)).toList();
        }
    }

    @Test
    void eachPublicClassHasAnExample() throws IOException {
        List<Path> without = new ArrayList<>();
        for (Path file : files(SOURCES, ".java")) {
            String source = Files.readString(file);
            int declaration = source.indexOf("\npublic ");
            if (declaration >= 0
                    && !isInternal(file)
                    && !JAVADOC.matcher(source.substring(0, declaration)).find()) {
                without.add(file);
            }
        }
        assertThat(without).isEmpty();
    }

    /** Each public and protected element of the exported packages tells its parameters, results and exceptions. */
    @Test
    void theApisJavadocIsComplete(@TempDir Path classes) throws IOException {
        List<Path> api = files(SOURCES, ".java").stream()
                .filter(file -> !isInternal(file) && !file.endsWith("module-info.java"))
                .toList();
        assertThat(api).hasSizeGreaterThan(80);
        var complaints = new DiagnosticCollector<JavaFileObject>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(complaints, null, StandardCharsets.UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-implicit:none", "-Xdoclint:all/protected", "-d", classes.toString());
            compiler.getTask(null, manager, complaints, options, null, manager.getJavaFileObjectsFromPaths(api))
                    .call();
        }
        assertThat(complaints.getDiagnostics()).isEmpty();
    }

    @Test
    void examplesCompileAndPrintWhatTheyTell(@TempDir Path classes) throws Exception {
        List<Snippet> snippets = snippets();
        assertThat(compile(snippets, classes)).isEmpty();
        SoftAssertions all = new SoftAssertions();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            for (Snippet snippet : snippets) {
                if (!snippet.results().isEmpty()) {
                    all.assertThat(run(loader.loadClass("snippets." + snippet.name)))
                            .as(snippet.file + ":" + snippet.line)
                            .containsSubsequence(snippet.results());
                }
            }
        }
        all.assertAll();
    }

    private static List<Snippet> snippets() throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        for (Path file : files(SOURCES, ".java")) {
            add(snippets, file, JAVADOC);
        }
        for (Path page : pages()) {
            add(snippets, page, FENCE);
        }
        return snippets;
    }

    /** The pages whose code this test compiles. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("README.zh-CN.md")));
        pages.addAll(files(Path.of("docs"), ".md"));
        files(Path.of("examples"), ".md").stream()
                // Below: projects of their own, with libraries of their own.
                .filter(file -> file.getNameCount() == 2)
                .forEach(pages::add);
        return pages;
    }

    /** The packages that an example sees: outside {@code internal} those of the API only. */
    private static String imports(boolean internal) throws IOException {
        return Stream.concat(
                        Stream.of("java.nio", "java.nio.file", "java.util", "java.util.concurrent", "java.util.stream"),
                        files(SOURCES, "package-info.java").stream()
                                .filter(file -> internal || !isInternal(file))
                                .map(file -> SOURCES.relativize(file.getParent())
                                        .toString()
                                        .replace('/', '.')))
                .map(name -> "import " + name + ".*; ")
                .collect(Collectors.joining());
    }

    /** Whether a file is no part of the API. */
    private static boolean isInternal(Path file) {
        return file.toString().contains("internal");
    }

    private static void add(List<Snippet> snippets, Path file, Pattern block) throws IOException {
        String text = Files.readString(file);
        for (MatchResult found : block.matcher(text).results().toList()) {
            int line = 1 + (int) text.substring(0, found.start(1)).lines().count();
            // Javadoc's lines begin with stars.
            String code = found.group(1).replaceAll("(?m)^ *\\* ?", "");
            if (!code.startsWith("import ")) {
                snippets.add(new Snippet("Snippet" + snippets.size(), file, line, code));
            }
        }
    }

    /** Compiles all, with warnings as errors; returns the complaints. */
    private static List<String> compile(List<Snippet> snippets, Path target) throws IOException {
        var complaints = new DiagnosticCollector<JavaFileObject>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        // Not of the class path: jars name others that nobody needs.
        var options = List.of("-Xlint:all,-path", "-Werror", "-proc:none", "-d", target.toString());
        List<JavaFileObject> sources = new ArrayList<>();
        for (Snippet snippet : snippets) {
            sources.add(snippet.source());
        }
        boolean done =
                compiler.getTask(null, null, complaints, options, null, sources).call();
        List<String> told = new ArrayList<>();
        for (var complaint : complaints.getDiagnostics()) {
            Snippet at = snippets.stream()
                    .filter(s -> complaint.getSource() != null
                            && complaint.getSource().getName().equals("/" + s.name + ".java"))
                    .findFirst()
                    .orElse(null);
            String place = at == null ? "" : at.file + ":" + (at.line + complaint.getLineNumber() - 2) + " ";
            told.add(place + complaint.getMessage(null));
        }
        assertThat(done || !told.isEmpty()).isTrue();
        return told;
    }

    private static List<String> run(Class<?> snippet) throws Exception {
        var constructor = snippet.getDeclaredConstructor();
        constructor.setAccessible(true);
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            ((Callable<?>) constructor.newInstance()).call();
        } catch (Exception e) {
            e.printStackTrace(System.out);
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static List<Path> files(Path folder, String end) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(end)).sorted().toList();
        }
    }
}
