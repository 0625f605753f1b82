package io.github.gpt2djl.djl;

import ai.djl.Device;
import io.github.gpt2djl.DeviceChoice;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.LoadOptions;
import io.github.gpt2djl.ModelSource;
import io.github.gpt2djl.Precision;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The arguments of a Criteria: for loading, for generating with transformers' names, and for DJL itself. */
final class Arguments {
    /** Not named model_id like DJL Serving's option, for which Serving queries the Hugging Face Hub. */
    static final String MODEL = "model";

    private static final Set<String> LOADING = Set.of(MODEL, "precision", "threads", "download", "trust_files");

    /** The arguments of DJL and of DJL Serving, which passes on a whole serving.properties. */
    private static final Set<String> OF_DJL = Set.of(
            "application",
            "engine",
            "translatorFactory",
            "batchifier",
            "model_name",
            "artifact_id",
            "metric_dimension",
            "batch_size",
            "max_dynamic_batch_size",
            "max_batch_delay",
            "max_idle_time",
            "job_queue_size",
            "minWorkers",
            "maxWorkers",
            "load_on_devices",
            "required_memory_mb",
            "reserved_memory_mb",
            "log_request_metric",
            "metrics_aggregation",
            "retry_threshold");

    private Arguments() {}

    /** Rejects this library's arguments among the options, where DJL Serving's own would hide them. */
    static void rejectAmongOptions(Map<String, ?> options) {
        for (String key : options.keySet()) {
            if (LOADING.contains(key) || GenerationOption.find(key) != null) {
                throw new IllegalArgumentException("found " + key
                        + " among DJL's options, expected it among the arguments: optArgument in a Criteria, a line "
                        + key + "=... without \"option.\" in a serving.properties");
            }
        }
    }

    /** Reads the options for loading, and rejects unknown names before anything is loaded. */
    static LoadOptions loading(Map<String, String> arguments, Device device) {
        for (String key : arguments.keySet()) {
            if (!LOADING.contains(key) && !OF_DJL.contains(key) && GenerationOption.find(key) == null) {
                throw new IllegalArgumentException("the argument " + key
                        + " is not known; expected model, precision, threads, download, trust_files, or an option of"
                        + " generation by its name in transformers: "
                        + GenerationOption.all().stream()
                                .map(GenerationOption::key)
                                .collect(Collectors.joining(", ")));
            }
        }
        return new LoadOptions(
                precision(arguments.getOrDefault("precision", "auto")),
                device.isGpu() ? new DeviceChoice(DeviceChoice.Kind.GPU, device.getDeviceId()) : DeviceChoice.AUTO,
                threads(arguments.getOrDefault("threads", "0")),
                flag("download", arguments) ? ModelSource.download() : ModelSource.local(),
                flag("trust_files", arguments));
    }

    private static Precision precision(String text) {
        for (Precision value : Precision.values()) {
            if (value.name().toLowerCase(Locale.ROOT).equals(text)) {
                return value;
            }
        }
        throw new IllegalArgumentException(
                "precision is " + text + ", expected fp32, fp16, bf16, mixed, int8, int4 or auto");
    }

    private static int threads(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("threads is " + text + ", expected a whole number", e);
        }
    }

    private static boolean flag(String key, Map<String, String> arguments) {
        String text = arguments.getOrDefault(key, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(key + " is " + text + ", expected true or false");
        }
        return text.equals("true");
    }

    static GenerationConfigBuilder generating(Map<String, ?> arguments) {
        GenerationConfigBuilder builder = GenerationConfig.builder();
        arguments.forEach((key, value) -> {
            GenerationOption<?> option = GenerationOption.find(key);
            if (option == GenerationOption.STOP_STRINGS && value instanceof List<?> texts) {
                builder.stopStrings(texts.stream().map(Object::toString).toArray(String[]::new));
            } else if (option != null) {
                builder.parse(option, text(value));
            }
        });
        return builder;
    }

    /** Returns the config if it gives one text. */
    static GenerationConfig one(GenerationConfig config) {
        int sequences = config.get(GenerationOption.NUM_RETURN_SEQUENCES);
        if (sequences != 1) {
            throw InvalidOptionException.value(
                    GenerationOption.NUM_RETURN_SEQUENCES, sequences, "1: a predictor gives one text for each prompt");
        }
        return config;
    }

    /** Writes a value as the command line takes it: ids separated by commas, sequences of ids by semicolons. */
    private static String text(Object value) {
        if (!(value instanceof List<?> list)) {
            return value.toString();
        }
        boolean nested = !list.isEmpty() && list.get(0) instanceof List;
        return list.stream().map(Arguments::text).collect(Collectors.joining(nested ? ";" : ","));
    }
}
