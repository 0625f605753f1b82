package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import io.github.gpt2djl.checkpoint.TensorInfo.DType;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads pytorch_model.bin as torch.save wrote it before PyTorch 1.6, and still writes it on demand. The file begins
 * with five pickles: a magic number, the version, the machine, the tensors and the storages' keys ({@link Pickle},
 * which runs nothing). The storages follow in the order of the keys, each as a number of elements and the elements.
 */
final class LegacyTorchFile {
    private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);

    private static final long VERSION = 1001;

    private LegacyTorchFile() {}

    /** Tells whether a file may have this format, because it begins with a pickle. */
    static boolean isOne(DataFile file) throws IOException {
        ByteBuffer first = ByteBuffer.allocate(1);
        if (file.size() > 0) {
            file.read(0, first);
        }
        return (first.get(0) & 255) == 0x80;
    }

    /**
     * Reads the description of all tensors.
     *
     * @param file an open file, which stays open
     * @throws MalformedCheckpointException if the file does not have this format
     */
    static TensorFile read(DataFile file) throws IOException {
        ByteBuffer pickles = ByteBuffer.allocate((int) Math.min(TorchArchive.MAX_PICKLE, file.size()));
        file.read(0, pickles);
        pickles.flip();
        List<Pickle.Reference> references = new ArrayList<>();
        try {
            if (!MAGIC.equals(Pickle.read(pickles, new ArrayList<>()))
                    || !Long.valueOf(VERSION).equals(Pickle.read(pickles, new ArrayList<>()))) {
                throw new MalformedCheckpointException(
                        file.name(), "expected a file that torch.save wrote, found another pickle");
            }
            Pickle.read(pickles, new ArrayList<>());
            Object stateDict = Pickle.read(pickles, references);
            if (!(Pickle.read(pickles, new ArrayList<>()) instanceof List<?> keys)) {
                throw new MalformedCheckpointException(file.name(), "expected a list of storages behind the tensors");
            }
            return new StateDict(file.name(), storages(file, pickles.position(), keys, references))
                    .open(stateDict, file);
        } catch (Pickle.Malformed e) {
            throw new MalformedCheckpointException(file.name(), String.valueOf(e.getMessage()), e);
        }
    }

    private static Map<String, StateDict.Storage> storages(
            DataFile file, long begin, List<?> keys, List<Pickle.Reference> references) throws IOException {
        Map<String, Integer> sizes = elementSizes(file, references);
        Map<String, StateDict.Storage> storages = new HashMap<>();
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long at = begin;
        for (Object key : keys) {
            Integer size = key instanceof String ? sizes.get(key) : null;
            if (size == null) {
                throw new MalformedCheckpointException(
                        file.name(), "storage " + key + " belongs to no tensor of a known type");
            }
            if (file.size() - at < Long.BYTES) {
                throw cut(file, key, at);
            }
            file.read(at, number.clear());
            long elements = number.getLong(0);
            at += Long.BYTES;
            if (elements < 0 || elements > (file.size() - at) / size) {
                throw cut(file, key, at);
            }
            storages.put((String) key, new StateDict.Storage(at, elements * size));
            at += elements * size;
        }
        return storages;
    }

    /** Returns the element size of each storage. The file only has the number of elements. */
    private static Map<String, Integer> elementSizes(DataFile file, List<Pickle.Reference> references)
            throws MalformedCheckpointException {
        Map<String, Integer> sizes = new HashMap<>();
        for (Pickle.Reference reference : references) {
            List<?> fields = reference.fields();
            // The sixth field describes a storage within another storage, as PyTorch 0.1 had them.
            if (fields.size() > 5 && !fields.get(5).equals(Pickle.None.NONE)) {
                throw new MalformedCheckpointException(
                        file.name(),
                        "it has views of storages, which PyTorch 0.1 wrote;" + " save it again with a newer PyTorch");
            }
            if (fields.size() > 2
                    && fields.get(1) instanceof Pickle.Global type
                    && fields.get(2) instanceof String key) {
                DType dtype = StateDict.DTYPES.get(type.name().replace("torch ", ""));
                if (dtype != null) {
                    sizes.put(key, dtype.bytes());
                }
            }
        }
        return sizes;
    }

    private static MalformedCheckpointException cut(DataFile file, Object key, long at) {
        return new MalformedCheckpointException(
                file.name(),
                "storage " + key + " at byte " + at + " is longer than the file, which has " + file.size()
                        + " bytes; it is cut off, download it again");
    }
}
