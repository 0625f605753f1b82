package io.github.gpt2djl.internal.config;

import static io.github.gpt2djl.GenerationOption.DO_SAMPLE;
import static io.github.gpt2djl.GenerationOption.MAX_LENGTH;

import com.google.gson.JsonObject;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.MalformedCheckpointException;
import io.github.gpt2djl.internal.json.StrictJson;
import java.util.LinkedHashMap;
import java.util.Map;

/** The defaults of a task in config.json, which the pipelines of transformers apply and {@code generate} does not. */
final class TaskDefaults {
    private TaskDefaults() {}

    /**
     * Reads {@code task_specific_params.text-generation}: {@code do_sample} and {@code max_length}.
     *
     * @throws MalformedCheckpointException if one of the two has a value of another type, or a length is less than 1
     */
    static Map<GenerationOption<?>, Object> read(StrictJson config) throws MalformedCheckpointException {
        Map<GenerationOption<?>, Object> options = new LinkedHashMap<>();
        if (config.find("task_specific_params") instanceof JsonObject tasks
                && tasks.get("text-generation") instanceof JsonObject json) {
            StrictJson task = new StrictJson(config.file(), "", json);
            if (task.flag("do_sample", false)) {
                options.put(DO_SAMPLE, true);
            }
            if (task.find("max_length") != null) {
                int maxLength = task.whole("max_length");
                if (maxLength < 1) {
                    throw task.error("max_length is " + maxLength + ", expected at least 1");
                }
                options.put(MAX_LENGTH, maxLength);
            }
        }
        return options;
    }
}
