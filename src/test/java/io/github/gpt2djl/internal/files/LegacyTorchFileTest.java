package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.testing.Fuzz;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that torch.save wrote in its old form (make_tensor_references.py), whole and damaged. */
class LegacyTorchFileTest {
    private static final Path FORMS = Path.of("src/test/resources/reference/tensors");

    @TempDir
    Path folder;

    @Test
    void aFileThatIsCutIsRejected() throws IOException {
        byte[] whole = Files.readAllBytes(FORMS.resolve("legacy/pytorch_model.bin"));
        for (int length = 1; length < whole.length; length += 7) {
            Path path = Files.write(folder.resolve("model.bin"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> TorchArchive.read(path)).isInstanceOf(MalformedCheckpointException.class);
        }
    }

    @Test
    void whatIsWrongIsTold() throws IOException {
        byte[] whole = Files.readAllBytes(FORMS.resolve("legacy/pytorch_model.bin"));
        String text = new String(whole, StandardCharsets.ISO_8859_1);
        assertRejected(text.substring(0, text.length() - 1), "is longer than the file");
        // The magic number, the version, a storage of another type, and a view of a storage.
        assertRejected(text.replaceFirst("\u00f9 j\u00a8", "\u00f9 j\u00a9"), "found another pickle");
        assertRejected(text.replaceFirst("M\u00e9\u0003", "M\u00e8\u0003"), "found another pickle");
        assertRejected(text.replace("FloatStorage", "QInt8Storage"), "belongs to no tensor of a known type");
        assertRejected(text.replace("FloatStorage", "LoadLibrary\u0000"), "the pickle names torch.LoadLibrary");
        assertRejected("\u0080\u0002}.", "found another pickle");
    }

    /** Damage anywhere: it is read, or rejected as documented; seeded. */
    @Test
    void damagedFilesGiveDocumentedExceptionsOnly() throws IOException {
        for (String form : new String[] {"legacy", "legacy-transposed"}) {
            byte[] real = Files.readAllBytes(FORMS.resolve(form).resolve("pytorch_model.bin"));
            Random random = new Random(12);
            Path path = folder.resolve("model.bin");
            int rejected = 0;
            for (int i = 0; i < 1500; i++) {
                byte[] damaged = real.clone();
                for (int n = 1 + random.nextInt(3); n > 0; n--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                Files.write(path, damaged);
                try (TensorFile file = TorchArchive.read(path)) {
                    Fuzz.readAll(file);
                } catch (MalformedCheckpointException e) {
                    rejected++;
                }
            }
            assertThat(rejected).isGreaterThan(200);
        }
    }

    private void assertRejected(String content, String message) throws IOException {
        Path path = Files.write(folder.resolve("model.bin"), content.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> TorchArchive.read(path))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(path + ": ")
                .hasMessageContaining(message);
    }
}
