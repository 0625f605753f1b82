package io.github.gpt2djl.internal.decoder;

import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.ModelConfig.Architecture;
import io.github.gpt2djl.internal.decoder.TorchScriptFile.Attribute;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs decoder.py or training.py, with the files that they import, into a TorchScript archive: a zip with source texts
 * and one pickled object, no tensors.
 *
 * <p>Each class declares its attributes in its source, which is the only list of them. {@code DecoderArchive} has the
 * values by name. A TorchScript class gets the values of the attributes that it declares.
 *
 * @see <a href="https://github.com/pytorch/pytorch/blob/v2.7.1/torch/csrc/jit/docs/serialization.md">the format</a>
 */
final class DecoderArchive {
    private static final String FOLDER = "gpt2/";

    private final Map<String, TorchScriptFile> files = new LinkedHashMap<>();
    private final Map<String, Object> values;
    private final Set<String> used = new HashSet<>();

    private DecoderArchive(Map<String, Object> values) {
        this.values = values;
    }

    /**
     * An archive's bytes.
     *
     * @param methods that Java calls, and that the module must have
     */
    record Packed(byte[] bytes, Set<TorchMethod> methods) {}

    /** Packs the model of this shape, for this target. */
    static Packed pack(ModelConfig config, ExecutionTarget target) throws IOException {
        Kernels kernels = target.kernels();
        Map<String, Object> values = values(config);
        values.put("n_embd", config.width());
        values.put("post_norm", config.postNorm());
        values.put("device", target.torchName());
        values.put("dtype", kernels.layers().dtype);
        values.put("cache_dtype", kernels.layers().cacheDtype);
        values.put("alone", kernels.layers().hasFewBits());
        Set<Kernel> chosenKernels = EnumSet.of(kernels.layers(), kernels.head());
        if (chosenKernels.stream().anyMatch(Kernel::isEightBitFbgemm)) {
            values.put("reduce_range", !target.vnni());
        }
        if (chosenKernels.stream().anyMatch(Kernel::hasGroups)) {
            values.put("copies", !chosenKernels.contains(Kernel.INT4_ALONE));
        }
        Map<String, String> chosen = Map.of(
                "layer_kernel",
                kernels.layers().file(),
                "head_kernel",
                kernels.head().file(),
                "copy_kernel",
                chosenKernels.contains(Kernel.AMX_INT4) ? "kernels/onednn_int8_tokens" : Kernel.FBGEMM_INT8.file());
        return new Packed(new DecoderArchive(values).pack("decoder", "Decoder", chosen), TorchMethod.OF_DECODER);
    }

    /**
     * Packs a model that learns, except its first {@code frozen} weights. Dropout leaves out the share {@code dropout}
     * at random.
     */
    static Packed packTraining(ModelConfig config, double dropout, int frozen, double adapterScale) throws IOException {
        Map<String, Object> values = values(config);
        values.put("neo", config.architecture() == Architecture.GPT_NEO);
        values.put("dropout", dropout);
        values.put("frozen", frozen);
        values.put("adapter_scale", adapterScale);
        return new Packed(new DecoderArchive(values).pack("training", "Gpt2", Map.of()), TorchMethod.OF_TRAINING);
    }

    /** The values that both models have. */
    private static Map<String, Object> values(ModelConfig config) {
        int layers = config.layers();
        boolean byLayer = config.scaleAttnByInverseLayerIdx();
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("n_layer", layers);
        values.put("n_head", config.heads());
        values.put("epsilon", config.epsilon());
        values.put("activation", config.activation().key());
        values.put(
                "qk_scales",
                IntStream.range(0, layers)
                        .mapToDouble(layer -> config.attentionScale() / (byLayer ? layer + 1 : 1))
                        .boxed()
                        .toList());
        values.put("window", config.windowSize());
        values.put(
                "local",
                IntStream.range(0, layers)
                        .mapToObj(config.localLayers()::contains)
                        .toList());
        return values;
    }

    private byte[] pack(String module, String name, Map<String, String> chosen) throws IOException {
        read(module, chosen);
        byte[] object = object(new PickleWriter(), module, name).stop();
        if (!used.equals(values.keySet())) {
            throw new IllegalStateException("no class declares some of " + values.keySet() + ", only " + used);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            // libtorch reads stored entries only.
            zip.setMethod(ZipOutputStream.STORED);
            put(zip, "data.pkl", object);
            for (TorchScriptFile file : files.values()) {
                put(zip, "code/__torch__/" + file.module().replace('.', '/') + ".py", utf8(file.text()));
            }
            put(zip, "constants.pkl", new PickleWriter().emptyTuple().stop());
            put(zip, "version", utf8("10\n"));
            put(zip, "byteorder", utf8("little"));
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a file and the files that it imports. The path of a module is its name, unless {@code chosen} has another
     * path.
     */
    private void read(String root, Map<String, String> chosen) throws IOException {
        Deque<String> waiting = new ArrayDeque<>(List.of(root));
        while (!waiting.isEmpty()) {
            String module = waiting.remove();
            if (!files.containsKey(module)) {
                TorchScriptFile file =
                        TorchScriptFile.read(module, chosen.getOrDefault(module, module.replace('.', '/')));
                files.put(module, file);
                waiting.addAll(file.imports());
            }
        }
    }

    /**
     * Writes an object. Lists of tensors are empty, because tensors are added later. Each attribute whose type is a
     * class gets an object of its own.
     */
    private PickleWriter object(PickleWriter pickle, String module, String name) {
        TorchScriptFile file = files.get(module);
        if (file == null) {
            throw new IllegalStateException(module + ".py is not imported");
        }
        pickle.beginObject(TorchScriptFile.ROOT + module, name);
        for (Attribute attribute : file.attributes(name)) {
            String type = attribute.type();
            Object value = values.get(attribute.name());
            pickle.text(attribute.name());
            if (value != null) {
                pickle.value(type, value);
                used.add(attribute.name());
            } else if (type.startsWith(TorchScriptFile.ROOT)) {
                int dot = type.lastIndexOf('.');
                object(pickle, type.substring(TorchScriptFile.ROOT.length(), dot), type.substring(dot + 1));
            } else if (type.startsWith("List[")) {
                pickle.emptyList(type);
            } else {
                throw new IllegalStateException(
                        module + ".py declares " + attribute.name() + " : " + type + ", and there is no value for it");
            }
        }
        return pickle.endObject();
    }

    private static void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        ZipEntry entry = new ZipEntry(FOLDER + name);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        entry.setCrc(crc.getValue());
        entry.setSize(bytes.length);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
