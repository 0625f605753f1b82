package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo;
import io.github.gpt2djl.testing.TensorBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that torch.save wrote (make_references.py), and files that it would not write. */
class TorchArchiveTest {
    private static final Path MADE_BY_TORCH = Path.of("src/test/resources/reference/untied-f16");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "pytorch_model.bin.index.json"})
    void holdsTheSameBytesAsSafetensors(String file) throws IOException {
        Path path = MADE_BY_TORCH.resolve(file);
        try (TensorFile torch = file.endsWith("json")
                        ? ShardedTensors.read(path, TorchArchive::read)
                        : TorchArchive.read(path);
                TensorFile safetensors = Safetensors.read(DataFile.open(MADE_BY_TORCH.resolve("model.safetensors")))) {
            assertThat(torch.names()).containsExactlyInAnyOrderElementsOf(safetensors.names());
            for (String name : torch.names()) {
                TensorInfo found = torch.find(name);
                TensorInfo expected = safetensors.find(name);
                assertThat(found.shape()).as(name).isEqualTo(expected.shape());
                assertThat(found.dtype()).as(name).isEqualTo(expected.dtype());
                assertThat(TensorBytes.of(torch, found)).as(name).isEqualTo(TensorBytes.of(safetensors, expected));
            }
        }
    }

    @Test
    void aFolderIsReadInTheFormThatItHas() throws IOException {
        Files.copy(MADE_BY_TORCH.resolve("config.json"), folder.resolve("config.json"));
        copy("pytorch_model.bin.index.json");
        assertThatThrownBy(() -> Checkpoint.open(folder))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("pytorch_model-00001-of-00002.bin: the file is missing, and pytorch_model.bin");
        copy("pytorch_model-00001-of-00002.bin");
        copy("pytorch_model-00002-of-00002.bin");
        assertThat(opened()).endsWith("pytorch_model.bin.index.json");
        copy("pytorch_model.bin");
        assertThat(opened()).endsWith("pytorch_model.bin");
        Files.copy(MADE_BY_TORCH.resolve("model.safetensors"), folder.resolve("shard.safetensors"));
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"lm_head.weight\": \"shard.safetensors\"}}");
        assertThat(opened()).endsWith("model.safetensors.index.json");
        copy("model.safetensors");
        assertThat(opened()).endsWith("model.safetensors");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | expected {\"weight_map\": {tensor: file}}",
                "\u00ff | not UTF-8",
                "{} | expected {\"weight_map\": {tensor: file}}",
                "{'weight_map': {}} | expected {\"weight_map\": {tensor: file}}",
                "{'weight_map': {'a': []}} | expected {\"weight_map\": {tensor: file}}",
                "{'weight_map': {'a': '../a.bin'}} | names the file \"../a.bin\", expected one in the index's folder",
                "{'weight_map': {'a': '/etc/passwd'}} | names the file \"/etc/passwd\"",
                "{'weight_map': {'a': '..'}} | names the file \"..\"",
                "{'weight_map': {'a': 'b/../model.bin'}} | names the file \"b/../model.bin\"",
                "{'weight_map': {'a': 'b\\\\model.bin'}} | names the file",
                "{'weight_map': {'a': ''}} | names the file \"\"",
            })
    void malformedIndexesAreRejected(String json, String message) throws IOException {
        Files.copy(MADE_BY_TORCH.resolve("pytorch_model.bin"), folder.resolve("model.bin"));
        Path index =
                Files.writeString(folder.resolve("index.json"), json.replace('\'', '"'), StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ShardedTensors.read(index, TorchArchive::read))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("index.json: ")
                .hasMessageContaining(message);
    }

    /** Pickles that would run code in Python: each is refused by name, and nothing happens. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cposix~system~(X\\04\\00\\00\\00idtstR. | the pickle names posix.system",
                "cos~system~. | the pickle names os.system",
                "cbuiltins~eval~. | the pickle names builtins.eval",
                "ctorch~load~. | the pickle names torch.load",
                "ctorch._utils~_rebuild_qtensor~. | the pickle names torch._utils._rebuild_qtensor",
                "S'id'~. | opcode 0x53 at byte 2",
                "(ios~system~. | opcode 0x69",
                "(o. | opcode 0x6f",
                "cos~system~)\\81. | the pickle names os.system",
                "c__builtin__~eval~. | the pickle names __builtin__.eval",
                "ctorch~hub~. | the pickle names torch.hub",
                "ctorch.storage~_load_from_bytes~. | the pickle names torch.storage._load_from_bytes",
                "\\93. | opcode 0x93",
                "\\82\\01. | opcode 0x82",
                "Pid~. | opcode 0x50",
                "V1~. | opcode 0x56",
                "I1~. | opcode 0x49",
                "\\95. | opcode 0x95",
            })
    void codeIsRefused(String pickle, String message) throws IOException {
        assertRejected(bytes("\\80\\02" + pickle), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | the pickle is damaged near byte 0",
                "\\80\\04. | protocol 4, expected 2 or 3, as torch.load reads; save it again without pickle_protocol=4",
                "\\80\\02 | damaged",
                "\\80\\02. | damaged",
                "\\80\\02R. | damaged",
                "\\80\\02)R. | damaged",
                "\\80\\02K\\01Q. | damaged",
                "\\80\\02t. | damaged",
                "\\80\\02}K\\01s. | damaged",
                "\\80\\02})K\\01s. | a dictionary with a key that is neither",
                "\\80\\02)K\\01a. | damaged",
                "\\80\\02h\\07. | recalls object 7",
                "\\80\\02X\\ff\\ff\\ff\\7f. | a text of 2147483647 bytes",
                "\\80\\02X\\ff\\ff\\ff\\ff. | a text of -1 bytes",
                "\\80\\02\\8a\\09. | damaged",
                "\\80\\02K\\01. | holds no dictionary of tensors",
            })
    void damagedPicklesAreRejected(String pickle, String message) throws IOException {
        assertRejected(bytes(pickle), message);
    }

    @Test
    void tensorsMustFitTheirStorage() throws IOException {
        byte[] fits = tensor(0, 2, 2, 2);
        archive(fits);
        try (TensorFile file = TorchArchive.read(folder.resolve("model.bin"))) {
            assertThat(file.find("w").hasShape(2, 2)).isTrue();
        }
        assertRejected(tensor(1, 2, 2, 2), "it takes bytes 4 to 20 of a storage that has 16");
        assertRejected(tensor(0, 2, 3, 3), "it takes bytes 0 to 24");
        assertRejected(tensor(-1, 2, 2, 2), "it takes bytes -4");
        assertRejected(tensor(0, 2, 2, -1), "strides [-1, 1], expected none below 0");
        assertRejected(tensor(0, 1 << 30, 2, 0), "its numbers are repeated until they have 8589934592 bytes");
        assertRejected(tensor(0, -2, 2, 2), "tensor w: ");
        assertRejected(tensor(Integer.MAX_VALUE, 2, 2, 2), "it takes bytes");
    }

    /** One of two floats of the second row, of none, and the same wrapped as a parameter. */
    @Test
    void tensorsMayBeginWithinTheirStorage() throws IOException {
        archive(tensor(1, 1, 2, 2));
        assertThat(read("w")).containsExactly(4, 5, 6, 7, 8, 9, 10, 11);
        archive(tensor(4, 0, 2, 2));
        assertThat(read("w")).isEmpty();
    }

    @Test
    void aParameterIsItsTensor() throws IOException {
        // c torch._utils _rebuild_parameter, the tensor, True, an OrderedDict; a tuple of 3, R.
        String tensor = new String(tensor(0, 2, 2, 2), StandardCharsets.ISO_8859_1);
        String before = new String(bytes("\\80\\02}X\\01\\00\\00\\00w"), StandardCharsets.ISO_8859_1);
        String parameter = before + "ctorch._utils\n_rebuild_parameter\n"
                + tensor.substring(before.length(), tensor.length() - 2)
                + new String(bytes("\\88ccollections~OrderedDict~)R\\87Rs."), StandardCharsets.ISO_8859_1);
        archive(parameter.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(read("w")).hasSize(16).startsWith(0, 1, 2);
    }

    /** Whatever else a dictionary holds is no tensor. */
    @Test
    void otherEntriesAreLeftOut() throws IOException {
        archive(bytes("\\80\\02}(X\\01\\00\\00\\00aK\\01X\\01\\00\\00\\00bNu."));
        try (TensorFile file = TorchArchive.read(folder.resolve("model.bin"))) {
            assertThat(file.names()).isEmpty();
        }
    }

    @Test
    void bigEndianNumbersAreRejected() throws IOException {
        Path path = folder.resolve("model.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            put(zip, "model/data.pkl", tensor(0, 2, 2, 2));
            put(zip, "model/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
            put(zip, "model/data/0", new byte[16]);
        }
        assertThatThrownBy(() -> TorchArchive.read(path))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageEndingWith("the numbers are big-endian; save it again on a little-endian machine");
    }

    @Test
    void compressedEntriesAreNotRead() throws IOException {
        Path path = folder.resolve("model.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            put(zip, "model/data.pkl", tensor(0, 2, 2, 2));
            zip.setMethod(ZipOutputStream.DEFLATED);
            zip.putNextEntry(new ZipEntry("model/data/0"));
            zip.write(new byte[16]);
        }
        assertThatThrownBy(() -> TorchArchive.read(path))
                .hasMessageEndingWith("tensor w: the file has no stored data for it (FloatStorage 0)");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            zip.putNextEntry(new ZipEntry("model/data.pkl"));
            zip.write(tensor(0, 2, 2, 2));
        }
        assertThatThrownBy(() -> TorchArchive.read(path)).hasMessageContaining("the archive has no data.pkl");
    }

    /** The directory at the zip's end says how long an entry is. */
    @Test
    void aDescriptionOfAbsurdLengthIsNotRead() throws IOException {
        archive(tensor(0, 2, 2, 2));
        Path path = folder.resolve("model.bin");
        ByteBuffer zip = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        int directory = zip.getInt(zip.limit() - 6);
        zip.putInt(directory + 24, 8_000_001);
        Files.write(path, zip.array());
        assertThatThrownBy(() -> TorchArchive.read(path))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageEndingWith("data.pkl has 8000001 bytes, expected at most 8000000");
    }

    @Test
    void whatIsNoArchiveIsRejected() throws IOException {
        Path path = folder.resolve("model.bin");
        for (byte[] content : new byte[][] {{}, {1, 2, 3}}) {
            Files.write(path, content);
            assertThatThrownBy(() -> TorchArchive.read(path))
                    .isInstanceOf(MalformedCheckpointException.class)
                    .hasMessageContaining("not a whole zip archive");
        }
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            put(zip, "model/other", new byte[4]);
        }
        assertThatThrownBy(() -> TorchArchive.read(path)).hasMessageContaining("the archive has no data.pkl");
    }

    /** Damage anywhere in a real file: it is read, or rejected as documented; seeded. */
    @Test
    void damagedFilesGiveDocumentedExceptionsOnly() throws IOException {
        byte[] real = Files.readAllBytes(MADE_BY_TORCH.resolve("pytorch_model-00001-of-00002.bin"));
        Random random = new Random(11);
        Path path = folder.resolve("model.bin");
        int rejected = 0;
        for (int i = 0; i < 1500; i++) {
            byte[] damaged = real.clone();
            // The pickle is at the front, the zip's directory at the end.
            int region = random.nextBoolean() ? 4500 : 3000;
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(region);
                damaged[region == 4500 ? at : damaged.length - 1 - at] = (byte) random.nextInt();
            }
            Files.write(path, damaged);
            try {
                TorchArchive.read(path).close();
            } catch (MalformedCheckpointException e) {
                rejected++;
            }
        }
        assertThat(rejected).isGreaterThan(200);
    }

    @Test
    void aLongChainOfParametersDoesNotOverflow() {
        ByteArrayOutputStream chain = new ByteArrayOutputStream();
        chain.writeBytes(bytes("\\80\\02}X\\01\\00\\00\\00w"));
        for (int i = 0; i < 50_000; i++) {
            chain.writeBytes(bytes("ctorch._utils~_rebuild_parameter~"));
        }
        chain.writeBytes(bytes(")"));
        for (int i = 0; i < 50_000; i++) {
            chain.writeBytes(bytes("\\85R"));
        }
        chain.writeBytes(bytes("s."));
        assertThatCode(() -> assertRejected(chain.toByteArray(), "tensor w: expected _rebuild_tensor_v2"))
                .doesNotThrowAnyException();
    }

    /** It led round and round. */
    @Test
    @Timeout(60)
    void aParameterOfItselfIsRejected() throws IOException {
        assertRejected(
                bytes("\\80\\02}ctorch._utils~_rebuild_parameter~]q\\00Rq\\01h\\00h\\01abbX\\01\\00\\00\\00wh\\01s."),
                "tensor w: expected _rebuild_tensor_v2");
    }

    @Test
    void tensorsOfManyDimensionsAreRejected() throws IOException {
        String odd =
                "\\80\\02}X\\01\\00\\00\\00wctorch._utils~_rebuild_tensor_v2~((X\\07\\00\\00\\00storagectorch~FloatStorage~"
                        + "X\\01\\00\\00\\000X\\03\\00\\00\\00cpuK\\04tQK\\00(" + "K\\01".repeat(9) + "t("
                        + "K\\01".repeat(9)
                        + "ttRs.";
        assertRejected(bytes(odd), "tensor w: expected _rebuild_tensor_v2");
        archive(bytes(odd.replace("K\\01".repeat(9), "K\\01".repeat(8))));
        try (TensorFile file = TorchArchive.read(folder.resolve("model.bin"))) {
            assertThat(file.find("w").shape()).hasSize(8);
        }
    }

    private byte[] read(String tensor) throws IOException {
        try (TensorFile file = TorchArchive.read(folder.resolve("model.bin"))) {
            return TensorBytes.of(file, file.find(tensor)).array();
        }
    }

    private void copy(String name) throws IOException {
        Files.copy(MADE_BY_TORCH.resolve(name), folder.resolve(name));
    }

    private String opened() throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            return checkpoint.tensors().name();
        }
    }

    private void assertRejected(byte[] pickle, String message) throws IOException {
        archive(pickle);
        assertThatThrownBy(() -> TorchArchive.read(folder.resolve("model.bin")))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("model.bin: ")
                .hasMessageContaining(message);
    }

    /** {"w": tensor of 2 x columns floats at an offset, in a storage of 16 bytes}. */
    private static byte[] tensor(int offset, int rows, int columns, int stride) {
        return bytes(
                "\\80\\02}X\\01\\00\\00\\00wctorch._utils~_rebuild_tensor_v2~((X\\07\\00\\00\\00storagectorch~FloatStorage~"
                        + "X\\01\\00\\00\\000X\\03\\00\\00\\00cpuK\\04tQJ" + int32(offset) + "J" + int32(rows) + "J"
                        + int32(columns) + "\\86J" + int32(stride) + "K\\01\\86\\89ccollections~OrderedDict~)RtRs.");
    }

    private static String int32(int value) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            hex.append(String.format("\\%02x", (value >>> (8 * i)) & 255));
        }
        return hex.toString();
    }

    /** Text with \hh for a byte and ~ for a line's end. */
    private static byte[] bytes(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.write(c == '~' ? '\n' : c);
            }
        }
        return out.toByteArray();
    }

    private void archive(byte[] pickle) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("model.bin")))) {
            put(zip, "model/data.pkl", pickle);
            put(zip, "model/data/0", new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
            put(zip, "model/version", "3\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }
}
