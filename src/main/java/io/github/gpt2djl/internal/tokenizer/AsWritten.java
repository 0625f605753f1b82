package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import org.jspecify.annotations.Nullable;

/** Recognizes files that count as they are written, although their class has rules of its own. */
final class AsWritten {
    private AsWritten() {}

    /**
     * Tells whether a tokenizer.json counts as it is written, although a class is named or usual. transformers 4 read
     * such a file in this way, and the result of transformers 5 is of no use.
     *
     * @param special the tokens that the files name
     */
    static boolean yieldsTo(TokenizerClass rules, StrictJson written, FilesBeside files, SpecialTokens special)
            throws MalformedCheckpointException {
        return switch (rules) {
            // KoGPT2: no file names a class, and tokenizer.json is of another kind than GPT-2's. The model's page names
            // PreTrainedTokenizerFast.
            case GPT2 ->
                TokenizerClass.naming(files) == null
                        && !TokenizerClass.hasBytes(files.files())
                        && (hasSteps(written) || !hasPairs(written));
            // Goldfish: the class's tokens stand behind the pieces, so that AlbertTokenizer of transformers 5 fails.
            case ALBERT -> !hasPiece(written, special.text("cls_token"));
            default -> false;
        };
    }

    private static boolean hasSteps(StrictJson written) {
        return written.find("pre_tokenizer") != null || written.find("decoder") != null;
    }

    private static boolean hasPairs(StrictJson written) throws MalformedCheckpointException {
        StrictJson model = written.part("model");
        return model == null
                || model.text("type") == null
                || TokenizerClass.Model.BPE.type().equals(model.text("type"));
    }

    private static boolean hasPiece(StrictJson written, @Nullable String piece) throws MalformedCheckpointException {
        StrictJson model = written.part("model");
        if (model == null || !(model.find("vocab") instanceof JsonArray pieces)) {
            // The reader of the file reports the error.
            return true;
        }
        for (JsonElement one : pieces) {
            if (one instanceof JsonArray pair
                    && !pair.isEmpty()
                    && pair.get(0).equals(new JsonPrimitive(String.valueOf(piece)))) {
                return true;
            }
        }
        return false;
    }
}
