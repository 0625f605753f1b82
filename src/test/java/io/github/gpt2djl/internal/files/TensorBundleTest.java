package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.testing.BundleWriter;
import io.github.gpt2djl.testing.TensorBytes;
import io.github.gpt2djl.testing.TestCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorBundleTest {
    private static final TestCheckpoint TINY = TestCheckpoint.tiny();

    @TempDir
    Path folder;

    /** The sizes of the published index files: a check of the fixtures, which nobody but OpenAI wrote otherwise. */
    @ParameterizedTest
    @CsvSource({"12, 768, 5215", "24, 1024, 10399", "36, 1280, 15535", "48, 1600, 20724"})
    void theFixturesAreAsLongAsThePublishedFiles(int layers, long width, int bytes) throws IOException {
        SortedMap<String, long[]> shapes = published(layers, width);
        byte[] index = BundleWriter.indexOf(shapes);
        assertThat(index).hasSize(bytes);
        var entries = LevelDbTable.read("index", index);
        assertThat(entries).hasSize(shapes.size() + 1);
        assertThat(entries.keySet()).containsAll(shapes.keySet());
    }

    @Test
    void namesAndShapesBecomeHuggingFaces() throws IOException {
        TINY.writeOpenAi(folder);
        try (TensorFile bundle = open()) {
            assertThat(bundle.find("wte.weight").hasShape(61, 16)).isTrue();
            assertThat(bundle.find("h.1.attn.c_attn.weight").hasShape(16, 48)).isTrue();
            assertThat(bundle.find("h.0.ln_1.bias").hasShape(16)).isTrue();
            assertThat(bundle.names()).hasSize(4 + 2 * 12);
            for (String name : bundle.names()) {
                float[] expected = TINY.values(name);
                float[] found = new float[expected.length];
                TensorBytes.of(bundle, bundle.find(name)).asFloatBuffer().get(found);
                assertThat(found).as(name).isEqualTo(expected);
            }
        }
    }

    @Test
    void aFolderOfTheOriginalReleaseNeedsAllItsFiles() throws IOException {
        TINY.writeOpenAi(folder);
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("encoder.json: the file is missing");
        Files.writeString(folder.resolve("encoder.json"), "{}");
        Files.writeString(folder.resolve("vocab.bpe"), "");
        Checkpoint.open(folder).close();
        Files.delete(folder.resolve("model.ckpt.data-00000-of-00001"));
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .hasMessageContaining("model.ckpt.data-00000-of-00001: the file");
        Files.writeString(folder.resolve("hparams.json"), "{\"n_vocab\": 50257}");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("hparams.json: the key");
        Files.writeString(folder.resolve("hparams.json"), "[]");
        assertThatThrownBy(() -> Checkpoint.open(folder)).hasMessageContaining("not a JSON object");
    }

    @Test
    void damagedDataAreFoundByTheirChecksum() throws IOException {
        TINY.writeOpenAi(folder);
        Path file = folder.resolve("model.ckpt.data-00000-of-00001");
        byte[] data = Files.readAllBytes(file);
        data[data.length - 1] ^= 1;
        Files.write(file, data);
        try (TensorFile bundle = open()) {
            TensorBytes.of(bundle, bundle.find("wpe.weight"));
            assertThatThrownBy(() -> TensorBytes.of(bundle, bundle.find("wte.weight")))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessageContaining("the checksum of tensor wte.weight is wrong; download it again");
        }
        Files.write(file, Arrays.copyOf(data, data.length - 1));
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("the entry of model/wte has offset");
    }

    /** Damage anywhere in an index, with its checksum mended half of the time; seeded. */
    @Test
    void damagedIndexesGiveDocumentedExceptionsOnly() throws IOException {
        TINY.writeOpenAi(folder);
        Path file = folder.resolve("model.ckpt.index");
        byte[] index = Files.readAllBytes(file);
        int block = blockEnd(index);
        Random random = new Random(3);
        int rejected = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged =
                    random.nextInt(10) == 0 ? Arrays.copyOf(index, random.nextInt(index.length)) : index.clone();
            if (damaged.length == index.length) {
                damaged[random.nextInt(index.length)] = (byte) random.nextInt();
                if (random.nextBoolean()) {
                    mend(damaged, block);
                }
            }
            Files.write(file, damaged);
            try {
                open().close();
            } catch (MalformedCheckpointException e) {
                rejected++;
            }
        }
        assertThat(rejected).isGreaterThan(1500);
    }

    /** Where the first block, which holds the entries, ends: the metaindex block's handle begins there. */
    private static int blockEnd(byte[] index) {
        int offset = 0;
        int shift = 0;
        int at = index.length - 48;
        do {
            offset |= (index[at] & 127) << shift;
            shift += 7;
        } while (index[at++] < 0);
        return offset - 5;
    }

    private static void mend(byte[] index, int block) {
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(index, 0, block + 1);
        int value = (int) crc.getValue();
        int masked = ((value >>> 15) | (value << 17)) + 0xa282ead8;
        for (int i = 0; i < 4; i++) {
            index[block + 1 + i] = (byte) (masked >>> (8 * i));
        }
    }

    private TensorFile open() throws IOException {
        return TensorBundle.read(folder.resolve("model.ckpt.index"), folder.resolve("model.ckpt.data-00000-of-00001"));
    }

    private static SortedMap<String, long[]> published(int layers, long d) {
        SortedMap<String, long[]> shapes = new TreeMap<>();
        shapes.put("model/wte", new long[] {50257, d});
        shapes.put("model/wpe", new long[] {1024, d});
        shapes.put("model/ln_f/g", new long[] {d});
        shapes.put("model/ln_f/b", new long[] {d});
        for (int layer = 0; layer < layers; layer++) {
            String h = "model/h" + layer + "/";
            for (String norm : new String[] {"ln_1", "ln_2"}) {
                shapes.put(h + norm + "/g", new long[] {d});
                shapes.put(h + norm + "/b", new long[] {d});
            }
            matrix(shapes, h + "attn/c_attn", d, 3 * d);
            matrix(shapes, h + "attn/c_proj", d, d);
            matrix(shapes, h + "mlp/c_fc", d, 4 * d);
            matrix(shapes, h + "mlp/c_proj", 4 * d, d);
        }
        return shapes;
    }

    private static void matrix(SortedMap<String, long[]> shapes, String name, long in, long out) {
        shapes.put(name + "/w", new long[] {1, in, out});
        shapes.put(name + "/b", new long[] {out});
    }
}
