package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.*;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.EarlyStopping;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.checkpoint.Checkpoint;
import io.github.gpt2djl.internal.json.StrictJson;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The options that a model sets for its own texts. As in transformers' {@code from_pretrained}, they are in
 * generation_config.json, or in config.json if there is no such file. The two are never mixed.
 *
 * @param file the name of the file with these defaults, for messages
 * @param options values of each option's type, but not checked against its range: an option without effect may be out
 *     of range
 * @param unsupported keys, with their values, that would change the text and are not computed here
 * @param eosIds that end a text
 * @param bosId that an empty prompt starts from; -1: none
 * @param task the options that config.json sets for text generation as a task
 */
public record ModelDefaults(
        String file,
        Map<GenerationOption<?>, Object> options,
        Map<UnsupportedDefault, JsonElement> unsupported,
        List<Integer> eosIds,
        int bosId,
        Map<GenerationOption<?>, Object> task) {
    /** Options that transformers does not have, or that do not affect the generated text. */
    private static final Set<GenerationOption<?>> NOT_TAKEN = Set.of(
            PRESET,
            USE_MODEL_DEFAULTS,
            CONTEXT_POLICY,
            SEED,
            PRESENCE_PENALTY,
            FREQUENCY_PENALTY,
            PROMPT_LOOKUP_NUM_TOKENS,
            TOP_LOGPROBS,
            TRACE);

    private static final Set<GenerationOption<?>> TEXTS = Set.of(STOP_STRINGS, EARLY_STOPPING);

    public ModelDefaults {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        unsupported = Collections.unmodifiableMap(new LinkedHashMap<>(unsupported));
        eosIds = List.copyOf(eosIds);
        task = Map.copyOf(task);
    }

    /**
     * Reads the defaults of a checkpoint.
     *
     * @param model the model's name, for messages
     * @param settings the texts of its files, by file name
     * @throws MalformedCheckpointException if the file is not JSON, or a value is not of its option's type
     */
    public static ModelDefaults read(String model, Map<String, String> settings, ModelConfig config)
            throws MalformedCheckpointException {
        String generation = settings.get(Checkpoint.GENERATION_CONFIG);
        StrictJson configJson = object(model, Checkpoint.CONFIG, settings.get(Checkpoint.CONFIG));
        StrictJson json = generation == null ? configJson : object(model, Checkpoint.GENERATION_CONFIG, generation);
        String file = json.file();
        Map<GenerationOption<?>, Object> options = new LinkedHashMap<>();
        for (GenerationOption<?> option : GenerationOption.all()) {
            JsonElement value = json.find(option.key());
            if (value != null && !NOT_TAKEN.contains(option)) {
                options.put(option, value(file, option, value));
            }
        }
        Map<UnsupportedDefault, JsonElement> unsupported = new LinkedHashMap<>();
        for (UnsupportedDefault key : UnsupportedDefault.ALL) {
            JsonElement value = json.find(key.name());
            if (value != null && !key.isIdle(value)) {
                unsupported.put(key, value);
            }
        }
        keepKnown(options, config.vocabularySize());
        List<Integer> eosIds = config.eosIds();
        int bosId = config.bosId();
        if (generation == null) {
            // The eos ids of config.json have been read with the architecture.
            options.remove(EOS_TOKEN_ID);
        } else {
            eosIds = ids(options.get(EOS_TOKEN_ID));
            JsonElement bos = json.find("bos_token_id");
            List<Integer> within = bos == null ? List.of() : ids(value(file, EOS_TOKEN_ID, bos));
            bosId = within.isEmpty() || within.get(0) >= config.vocabularySize() ? bosId : within.get(0);
        }
        return new ModelDefaults(file, options, unsupported, eosIds, bosId, TaskDefaults.read(configJson));
    }

    private static StrictJson object(String model, String name, @Nullable String text)
            throws MalformedCheckpointException {
        return StrictJson.read(model + "/" + name, text == null ? "{}" : text, "not a JSON object");
    }

    /** Whether the model changes nothing: a config without options of its own is then as with any other model. */
    public boolean isEmpty() {
        return options.isEmpty() && unsupported.isEmpty();
    }

    /**
     * Drops ids outside the vocabulary from the ids that end a text or are banned, because transformers ignores them.
     */
    private static void keepKnown(Map<GenerationOption<?>, Object> options, int vocabulary) {
        for (GenerationOption<?> option : List.of(EOS_TOKEN_ID, SUPPRESS_TOKENS, BEGIN_SUPPRESS_TOKENS)) {
            List<Integer> known = new ArrayList<>(ids(options.get(option)));
            known.removeIf(id -> id < 0 || id >= vocabulary);
            if (known.isEmpty()) {
                options.remove(option);
            } else {
                options.put(option, known.stream().distinct().toList());
            }
        }
    }

    // Called only with options of that type.
    @SuppressWarnings("unchecked")
    private static List<Integer> ids(@Nullable Object value) {
        return value == null ? List.of() : (List<Integer>) value;
    }

    private static Object value(String file, GenerationOption<?> option, JsonElement json)
            throws MalformedCheckpointException {
        try {
            boolean text = json.isJsonPrimitive() && json.getAsJsonPrimitive().isString();
            // Gson takes a list of one value for the value.
            boolean form = json.isJsonPrimitive() || !isSingle(option.defaultValue());
            if (form && (!text || TEXTS.contains(option))) {
                return option.parseJson((option.defaultValue() instanceof Integer ? whole(json) : json).toString());
            }
        } catch (IllegalStateException
                | IllegalArgumentException
                | ArithmeticException
                | ClassCastException
                | UnsupportedOperationException
                | JsonParseException e) {
            throw new MalformedCheckpointException(file, wrong(option, json), e);
        }
        throw new MalformedCheckpointException(file, wrong(option, json));
    }

    /** Whether a value is a single one, not a collection. */
    private static boolean isSingle(Object value) {
        return value instanceof Boolean || value instanceof Number || value instanceof EarlyStopping;
    }

    /** Converts to a whole number. As in Python, 20.0 is a length of 20. */
    private static JsonElement whole(JsonElement json) {
        BigDecimal value = json.getAsBigDecimal();
        return new JsonPrimitive(value.intValueExact());
    }

    private static String wrong(GenerationOption<?> option, JsonElement json) {
        return option.key() + " is " + StrictJson.shown(json) + ", expected " + option.expected();
    }
}
