package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.testing.TestCheckpoint;
import io.github.gpt2djl.testing.TestJvm;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two class loaders of one process, as two applications of a servlet container; and what a first failure leaves. */
class ClassLoadersTest {
    @TempDir
    Path folder;

    /** A model with a tokenizer, whose library comes first, and one without, which has only PyTorch's. */
    @ParameterizedTest
    @ValueSource(strings = {"the native library of Hugging Face's tokenizers", "PyTorch's native library"})
    void theSecondIsToldWhatToDo(String library) throws Exception {
        String model = library.startsWith("PyTorch") ? withoutTokenizer() : "shakespeare";
        List<String> lines = run(Loaders.class, folder.resolve("none"), model, "");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).startsWith("loaded on ");
        assertThat(lines.subList(1, 3))
                .allSatisfy(line -> assertThat(line)
                        .startsWith("IllegalStateException: " + library + " is loaded already by another class loader")
                        .contains("put the jars of gpt2-djl and of DJL into one class loader")
                        .doesNotContain("room"));
        assertThat(lines.get(3)).as("the first goes on").isEqualTo(lines.get(0));
    }

    @Test
    void closingTheFirstIsNotEnough() throws Exception {
        List<String> lines = run(Loaders.class, folder.resolve("none"), "shakespeare", "close");
        assertThat(lines).hasSize(3);
        assertThat(lines.get(2)).contains("closing the other class loader is not enough");
    }

    /** As the common pool's, which has the JVM's own class loader. */
    @Test
    void aThreadWhoseContextClassLoaderDoesNotKnowDjl() throws Exception {
        List<String> lines = run(Loaders.class, folder.resolve("none"), "shakespeare", "foreign");
        assertThat(lines).hasSize(1).allSatisfy(line -> assertThat(line).startsWith("loaded on "));
    }

    /** A cut library in DJL's cache, as a full disk leaves it: Java gives the class up that loads it. */
    @ParameterizedTest
    @ValueSource(strings = {"libtokenizers.so", "libdjl_torch.so", "libc10.so"})
    void theFirstFailureIsToldAgain(String library) throws Exception {
        boolean tokenizers = library.equals("libtokenizers.so");
        Path cache = folder.resolve("cache");
        // What DJL unpacks.
        assertThat(run(Twice.class, Files.createDirectories(cache), tokenizers ? "shakespeare" : withoutTokenizer()))
                .allSatisfy(line -> assertThat(line).startsWith("loaded on "));
        Path cut;
        try (Stream<Path> files = Files.walk(cache)) {
            cut = files.filter(file -> file.endsWith(library)
                            || file.getFileName().toString().endsWith(library))
                    .findFirst()
                    .orElseThrow();
        }
        Files.writeString(cut, "");
        List<String> lines = run(Twice.class, cache, tokenizers ? "shakespeare" : withoutTokenizer());
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .startsWith("IllegalStateException: ")
                .contains("cannot be loaded: ", cut.getFileName().toString());
        assertThat(lines.get(1)).startsWith(lines.get(0));
    }

    /** What can be mended while the process runs is tried again. */
    @Test
    void aFolderThatIsNone() throws Exception {
        List<String> lines = run(Twice.class, Files.writeString(folder.resolve("file"), ""), "shakespeare");
        assertThat(lines)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains(
                                "cannot be loaded: ",
                                "room in a folder that can be written: " + folder.resolve("file")));
    }

    private String withoutTokenizer() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        TestCheckpoint.tiny().write(model);
        Files.deleteIfExists(model.resolve("tokenizer.json"));
        return model.toString();
    }

    private List<String> run(Class<?> main, Path cache, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = TestJvm.command(command.toArray(new String[0]));
        if (Files.exists(cache)) {
            builder.environment().put("DJL_CACHE_DIR", cache.toString());
        }
        Path out = folder.resolve("out");
        Process process = builder.redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as(Files.readString(folder.resolve("err")))
                .isZero();
        return Files.readAllLines(out);
    }

    /** Loads a model twice in one class loader. */
    static final class Twice {
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                System.out.println(load(Twice.class.getClassLoader(), arguments[0]));
            }
        }

        static String load(ClassLoader loader, String model) {
            try (AutoCloseable gpt2 = (AutoCloseable) loader.loadClass("io.github.gpt2djl.Gpt2")
                    .getMethod("load", String.class)
                    .invoke(null, model)) {
                return "loaded on " + gpt2.getClass().getMethod("device").invoke(gpt2);
            } catch (ReflectiveOperationException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                return cause.getClass().getSimpleName() + ": " + cause.getMessage();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Loads a model in a class loader, twice in a second one, and once more in the first. */
    static final class Loaders {
        public static void main(String[] arguments) throws Exception {
            URLClassLoader first = loader();
            if (arguments[1].equals("foreign")) {
                Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
                System.out.println(Twice.load(first, arguments[0]));
                return;
            }
            load(first, arguments[0]);
            if (arguments[1].equals("close")) {
                first.close();
            }
            URLClassLoader second = loader();
            load(second, arguments[0]);
            load(second, arguments[0]);
            if (arguments[1].isEmpty()) {
                load(first, arguments[0]);
            }
        }

        private static void load(ClassLoader loader, String model) {
            Thread.currentThread().setContextClassLoader(loader);
            System.out.println(Twice.load(loader, model));
        }

        private static URLClassLoader loader() throws IOException {
            List<URL> urls = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                urls.add(Path.of(entry).toUri().toURL());
            }
            return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        }
    }
}
