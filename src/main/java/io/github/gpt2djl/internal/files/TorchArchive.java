package io.github.gpt2djl.internal.files;

import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.checkpoint.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/**
 * Reads pytorch_model.bin as torch.save has written it since PyTorch 1.6: a zip of stored entries. One entry is a
 * pickle that describes the tensors ({@link Pickle}, which runs nothing). The other entries are the bytes of the
 * tensors.
 */
public final class TorchArchive {
    /**
     * The maximum size of the description. A checkpoint with thousands of tensors has a far smaller description. Each
     * byte may become an object.
     */
    static final long MAX_PICKLE = 8_000_000;

    private TorchArchive() {}

    /**
     * Reads the description of all tensors. Also reads files from before PyTorch 1.6 ({@link LegacyTorchFile}).
     *
     * @throws MalformedCheckpointException if the file has neither format
     */
    public static TensorFile read(Path path) throws IOException {
        DataFile file = DataFile.open(path);
        try {
            return LegacyTorchFile.isOne(file) ? LegacyTorchFile.read(file) : read(path, file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static TensorFile read(Path path, DataFile file) throws MalformedCheckpointException {
        Map<String, StateDict.Storage> storages = new HashMap<>();
        try (ZipFile zip = ZipFile.builder().setPath(path).get()) {
            ZipArchiveEntry description = description(path, zip);
            String name = description.getName();
            String root = name.substring(0, name.length() - "data.pkl".length());
            byte[] pickle;
            try (InputStream in = zip.getInputStream(description)) {
                pickle = in.readNBytes((int) description.getSize());
            }
            for (Enumeration<ZipArchiveEntry> all = zip.getEntries(); all.hasMoreElements(); ) {
                ZipArchiveEntry entry = all.nextElement();
                if (entry.getName().startsWith(root + "data/") && isStored(entry)) {
                    String key = entry.getName().substring(root.length() + "data/".length());
                    // The library looks up the offset only when the stream is requested.
                    zip.getRawInputStream(entry).close();
                    storages.put(key, new StateDict.Storage(entry.getDataOffset(), entry.getSize()));
                }
            }
            checkByteOrder(path, zip, root);
            return new StateDict(path.toString(), storages).open(Pickle.read(pickle), file);
        } catch (MalformedCheckpointException e) {
            throw e;
        } catch (Pickle.Malformed e) {
            throw new MalformedCheckpointException(path.toString(), String.valueOf(e.getMessage()), e);
        } catch (IOException | RuntimeException e) {
            // The zip library throws various exceptions for a damaged file. That the file can be opened was tried
            // before.
            throw new MalformedCheckpointException(
                    path.toString(),
                    "not a whole zip archive, which torch.save writes since PyTorch 1.6; download it again, or"
                            + " model.safetensors, or save it with a newer PyTorch",
                    e);
        }
    }

    private static void checkByteOrder(Path path, ZipFile zip, String root) throws IOException {
        ZipArchiveEntry order = zip.getEntry(root + "byteorder");
        if (order != null) {
            try (InputStream in = zip.getInputStream(order)) {
                if (new String(in.readNBytes(8), StandardCharsets.US_ASCII)
                        .strip()
                        .equals("big")) {
                    throw new MalformedCheckpointException(
                            path.toString(), "the numbers are big-endian; save it again on a little-endian machine");
                }
            }
        }
    }

    private static boolean isStored(ZipArchiveEntry entry) {
        return entry.getMethod() == ZipMethod.STORED.getCode();
    }

    private static ZipArchiveEntry description(Path path, ZipFile zip) throws MalformedCheckpointException {
        for (Enumeration<ZipArchiveEntry> all = zip.getEntries(); all.hasMoreElements(); ) {
            ZipArchiveEntry entry = all.nextElement();
            if (entry.getName().endsWith("/data.pkl") && isStored(entry)) {
                if (entry.getSize() > MAX_PICKLE) {
                    throw new MalformedCheckpointException(
                            path.toString(),
                            "data.pkl has " + entry.getSize() + " bytes, expected at most " + MAX_PICKLE);
                }
                return entry;
            }
        }
        throw new MalformedCheckpointException(path.toString(), "the archive has no data.pkl, which torch.save writes");
    }
}
