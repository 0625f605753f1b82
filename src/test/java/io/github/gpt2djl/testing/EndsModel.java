package io.github.gpt2djl.testing;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that says one text, whatever came before: make_ends_references.py made it. Ids below 256 are bytes, 256 is
 * "th", 257 "the", 258 {@code <|endoftext|>}, 259 {@code <|user|>}, 260 {@code <|im end|>}.
 */
public final class EndsModel {
    public static final Path FOLDER = Path.of("src/test/resources/reference/ends");

    private static final LoadOptions EXACT = LoadOptions.DEFAULT.withPrecision(Precision.FP32);

    private EndsModel() {}

    /** Writes the model into a folder, with other keys in config.json (null takes one out) and this generation_config.json. */
    public static Path write(Path folder, JsonObject config, @Nullable String generation) throws IOException {
        Files.createDirectories(folder);
        JsonObject whole = JsonParser.parseString(Files.readString(FOLDER.resolve("config.json")))
                .getAsJsonObject();
        for (String key : config.keySet()) {
            whole.remove(key);
            if (!config.get(key).isJsonNull()) {
                whole.add(key, config.get(key));
            }
        }
        Files.writeString(folder.resolve("config.json"), whole.toString());
        for (String file : List.of("model.safetensors", "tokenizer.json")) {
            Files.copy(FOLDER.resolve(file), folder.resolve(file));
        }
        if (generation != null) {
            Files.writeString(folder.resolve("generation_config.json"), generation);
        }
        return folder;
    }

    /** The same, loaded. */
    public static Gpt2 load(Path folder, JsonObject config, @Nullable String generation) throws IOException {
        return Gpt2.load(write(folder, config, generation), EXACT);
    }

    public static Gpt2 load(Path folder, @Nullable String generation) throws IOException {
        return load(folder, new JsonObject(), generation);
    }

    public static List<JsonObject> rows(String file) throws IOException {
        return JsonParser.parseString(Files.readString(FOLDER.resolve(file))).getAsJsonArray().asList().stream()
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    public static int[] ints(JsonElement json) {
        return json.getAsJsonArray().asList().stream()
                .mapToInt(JsonElement::getAsInt)
                .toArray();
    }
}
