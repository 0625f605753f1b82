package io.github.gpt2djl.internal.generation;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.Precision;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Session;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.files.DataFile;
import io.github.gpt2djl.internal.loop.Prefixes;
import io.github.gpt2djl.testing.Fuzz;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.params.provider.MethodSource;

/** Session files as they come, and with a right checksum, which a fuzzer does not find: a file is read or refused. */
class SessionFileFuzz {
    private static final Path MODEL = model();
    private static final LoadOptions FP32 = LoadOptions.DEFAULT.withPrecision(Precision.FP32);
    private static LoadedModel loaded;

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "5s")
    void read(byte[] bytes) throws IOException {
        readFile(bytes);
        if (bytes.length > Long.BYTES) {
            CRC32 sum = new CRC32();
            sum.update(bytes, 0, bytes.length - Long.BYTES);
            byte[] summed = bytes.clone();
            ByteBuffer.wrap(summed).order(ByteOrder.LITTLE_ENDIAN).putLong(bytes.length - Long.BYTES, sum.getValue());
            readFile(summed);
        }
    }

    private static void readFile(byte[] bytes) throws IOException {
        try (HeldPrefix held = new HeldPrefix(Prefixes.NONE);
                DataFile file = DataFile.inMemory("fuzzed", new ByteArrayInputStream(bytes))) {
            int[] ids = SessionFile.read(file, model(FP32), held);
            if (ids.length > 0) {
                // What was read can be used.
                EndingScorer.score(model(FP32).decoder(), held, ids, List.of(new int[] {1, 2}));
            }
        } catch (MalformedCheckpointException e) {
            // Documented.
        }
    }

    private static Path model() {
        try {
            Path folder = Fuzz.temporary("model");
            Files.createDirectory(folder);
            return new TestCheckpoint(1, 1, 4, 6, 7, true, 1).write(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static synchronized LoadedModel model(LoadOptions options) throws IOException {
        if (loaded == null) {
            loaded = LoadedModel.load(Checkpoint.open(MODEL), options);
        }
        return loaded;
    }

    static byte[][] seeds() throws IOException {
        Path file = Fuzz.temporary("session");
        byte[][] seeds = new byte[3][];
        try (Gpt2 gpt2 = Gpt2.load(MODEL, FP32);
                Session session = gpt2.session()) {
            session.save(file);
            seeds[0] = Files.readAllBytes(file);
            session.append(Prompt.ofIds(1, 2, 3)).save(file);
            seeds[1] = Files.readAllBytes(file);
            session.prefill().append(Prompt.ofIds(4)).save(file);
            seeds[2] = Files.readAllBytes(file);
        }
        return seeds;
    }
}
