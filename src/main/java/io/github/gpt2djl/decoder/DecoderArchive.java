package io.github.gpt2djl.decoder;

import io.github.gpt2djl.checkpoint.ModelConfig;
import io.github.gpt2djl.checkpoint.ModelConfig.Architecture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs decoder.py or training.py, with the files that continue them, into a TorchScript archive: a zip with source
 * text and one pickled object, no tensors.
 *
 * @see <a href="https://github.com/pytorch/pytorch/blob/v2.7.1/torch/csrc/jit/docs/serialization.md">the format</a>
 */
final class DecoderArchive {
    private static final String ROOT = "gpt2/";

    private DecoderArchive() {}

    /** The archive's bytes for a model of this shape, run for this place. */
    static byte[] pack(ModelConfig config, Place place) throws IOException {
        return pack(decoder(config, place), "decoder.py", "activation.py", "choosing.py");
    }

    /** The same for a model that learns: the first weights do not, the share of dropout is left out at random. */
    static byte[] packTraining(ModelConfig config, double dropout, int frozen, double adapterScale) throws IOException {
        return pack(training(config, dropout, frozen, adapterScale), "training.py", "activation.py");
    }

    private static byte[] pack(byte[] object, String... files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            // libtorch reads stored entries only.
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "data.pkl", object);
            put(zip, "code/__torch__.py", source(files));
            put(zip, "constants.pkl", new Pickle().emptyTuple().stop());
            put(zip, "version", ascii("10\n"));
            put(zip, "byteorder", ascii("little"));
        }
        return bytes.toByteArray();
    }

    /** The text of one class. */
    private static byte[] source(String... files) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (String file : files) {
            try (InputStream source = DecoderArchive.class.getResourceAsStream(file)) {
                if (source == null) {
                    throw new IOException(file + " is not in the jar; build it again");
                }
                source.transferTo(text);
            }
        }
        return text.toByteArray();
    }

    /** The module: one object of class Gpt2 with the attributes that decoder.py declares, in its order. */
    private static byte[] decoder(ModelConfig config, Place place) {
        Precision.Kernels kernels = place.kernels();
        String packed = "List[__torch__.torch.classes.quantized.LinearPackedParamsBase]";
        return block(config, false)
                .text("post_norm")
                .bool(config.postNorm())
                .text("device")
                .text(place.torchName())
                .text("dtype")
                .integer(kernels.layers().dtype)
                .text("cache_dtype")
                .integer(kernels.layers().cacheDtype)
                .text("kernel")
                .integer(kernels.layers().code)
                .text("head_kernel")
                .integer(kernels.head().code)
                // Without VNNI, FBGEMM's 16-bit sums of two products saturate at 8-bit activations.
                .text("reduce_range")
                .bool(!CpuFeatures.has("avx512_vnni"))
                .text("embeddings")
                .emptyTensorList()
                .text("norms")
                .emptyTensorList()
                .text("weights")
                .emptyTensorList()
                .text("biases")
                .emptyTensorList()
                .text("head_scales")
                .emptyTensorList()
                .text("packed")
                .emptyList(packed)
                .endObject()
                .stop();
    }

    /** As training.py declares it. */
    private static byte[] training(ModelConfig config, double dropout, int frozen, double adapterScale) {
        return block(config, true)
                .text("neo")
                .bool(config.architecture() == Architecture.GPT_NEO)
                .text("n_layer")
                .integer(config.layers())
                .text("dropout")
                .real(dropout)
                .text("frozen")
                .integer(frozen)
                .text("adapter_scale")
                .real(adapterScale)
                .endObject()
                .stop();
    }

    /** What both files declare first. */
    private static Pickle block(ModelConfig config, boolean training) {
        return new Pickle()
                .beginObject("__torch__", "Gpt2")
                .text("training")
                .bool(training)
                .text("n_head")
                .integer(config.heads())
                .text("epsilon")
                .real(config.epsilon())
                .text("activation")
                .text(config.activation().key())
                .text("qk_scale")
                .real(config.attentionScale())
                .text("qk_scale_by_layer")
                .bool(config.scaleAttnByInverseLayerIdx())
                .text("window")
                .integer(config.windowSize())
                .text("local")
                .boolList(local(config));
    }

    /** Of each layer; nothing where none is. */
    private static List<Boolean> local(ModelConfig config) {
        return IntStream.range(0, config.localLayers().isEmpty() ? 0 : config.layers())
                .mapToObj(config.localLayers()::contains)
                .toList();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(ROOT + name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        entry.setSize(bytes.length);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The few opcodes of pickle protocol 2 that a module needs (Python's pickletools names them). */
    private static final class Pickle {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle() {
            op(0x80).op(2); // PROTO 2
        }

        Pickle beginObject(String module, String name) {
            return global(module, name).emptyTuple().op(0x81).op('}').op('('); // NEWOBJ EMPTY_DICT MARK
        }

        Pickle endObject() {
            return op('u').op('b'); // SETITEMS BUILD
        }

        /** Of a name, or a value. */
        Pickle text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            return op('X').int32(utf8.length).raw(utf8); // BINUNICODE
        }

        Pickle bool(boolean value) {
            return op(value ? 0x88 : 0x89); // NEWTRUE, NEWFALSE
        }

        Pickle integer(int value) {
            return op('J').int32(value); // BININT
        }

        Pickle real(double value) {
            return op('G').raw(ByteBuffer.allocate(8).putDouble(value).array()); // BINFLOAT
        }

        Pickle emptyTensorList() {
            return global("torch.jit._pickle", "build_tensorlist")
                    .op(']')
                    .op(0x85)
                    .op('R'); // [] TUPLE1 REDUCE
        }

        Pickle boolList(List<Boolean> values) {
            global("torch.jit._pickle", "build_boollist").op(']').op('(');
            values.forEach(this::bool);
            return op('e').op(0x85).op('R'); // MARK APPENDS TUPLE1 REDUCE
        }

        Pickle emptyList(String type) {
            return global("torch.jit._pickle", "restore_type_tag")
                    .op(']')
                    .text(type)
                    .op(0x86)
                    .op('R'); // TUPLE2
        }

        Pickle emptyTuple() {
            return op(')');
        }

        byte[] stop() {
            return op('.').out.toByteArray();
        }

        private Pickle global(String module, String name) {
            return op('c').raw(ascii(module + "\n" + name + "\n"));
        }

        private Pickle int32(int value) {
            return raw(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        private Pickle raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        private Pickle op(int code) {
            out.write(code);
            return this;
        }
    }
}
