package io.github.gpt2djl.internal.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Platform;
import ai.djl.util.Utils;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import io.github.gpt2djl.internal.machine.DjlSettings;
import io.github.gpt2djl.internal.machine.NativeStart;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.IntStream;

/** A tokenizer of Hugging Face's native library. The only class that calls the library. */
public final class NativeTokenizer implements AutoCloseable {
    static {
        DjlSettings.prepare();
    }

    private static final NativeStart START = new NativeStart("the native library of Hugging Face's tokenizers");

    private static final Map<String, String> OPTIONS =
            Map.of("truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");

    /** The number of characters that are encoded at once, where parts of a text have the same ids as the whole. */
    private static final int PART = 1 << 20;

    private final HuggingFaceTokenizer tokenizer;

    private NativeTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /** The version of Hugging Face's tokenizers, and of DJL's binding. */
    public static String version() {
        return Platform.detectPlatform("tokenizers").getVersion();
    }

    /**
     * Makes a tokenizer of a checked tokenizer.json.
     *
     * @param file the file's name in messages
     */
    public static NativeTokenizer open(String file, String json) throws IOException {
        START.run(
                NativeTokenizer::startLibrary,
                () -> "expected ai.djl.huggingface:tokenizers on the class path, and room in a folder that can be"
                        + " written: " + Utils.getEngineCacheDir() + ", or what DJL_CACHE_DIR names");
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        try {
            return new NativeTokenizer(HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(utf8), OPTIONS));
        } catch (RuntimeException e) {
            // The position is one in the JSON that is built here, not in the file.
            String reason = String.valueOf(e.getMessage()).replaceFirst(" at line 1 column \\d+$", "");
            throw new MalformedCheckpointException(
                    file, "Hugging Face's tokenizers cannot read the tokenizer: " + StrictJson.shown(reason), e);
        }
    }

    /**
     * Encodes a text without special tokens at its ends.
     *
     * @param inParts whether parts of the text have the same ids as the whole
     * @param most maximum number of characters of one part
     * @param ids receives the ids
     */
    public void encode(String text, boolean inParts, int most, IntStream.Builder ids) {
        for (int from = 0, to; from < text.length(); from = to) {
            to = inParts ? Parts.end(text, from, PART) : text.length();
            for (long id : encode(text.substring(from, to), most)) {
                ids.add((int) id);
            }
        }
    }

    /** Bypasses DJL's Encoding, whose texts, offsets and masks for each id fill the memory at 10 million ids. */
    private long[] encode(String text, int most) {
        if (text.length() > most) {
            throw new IllegalArgumentException("the text has " + text.length()
                    + " characters in one piece, expected at most " + most + "; encode it in several");
        }
        long encoding;
        try {
            encoding = TokenizersLibrary.LIB.encode(tokenizer.getHandle(), text, false);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "the text has a word that the tokenizer cannot spell, as it has no token for unknown words: "
                            + e.getMessage(),
                    e);
        }
        try {
            return TokenizersLibrary.LIB.getTokenIds(encoding);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    private static boolean startLibrary() {
        try {
            LibUtils.checkStatus();
            return true;
        } catch (RuntimeException e) {
            // DJL's cause describes its last attempt to find the library, not what failed.
            IllegalStateException unpacked = new IllegalStateException("DJL has not unpacked it");
            unpacked.addSuppressed(e);
            throw unpacked;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
