package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@link GenerationConfig} as flags: transformers' names with dashes. */
final class GenerationFlags {
    private static final String FILE = "--generation-config";

    /** Other well-known names. */
    private static final Map<GenerationOption<?>, String> ALIASES =
            Map.of(GenerationOption.STOP_STRINGS, "--stop", GenerationOption.SEQUENCE_BIAS, "--logit-bias");

    /** The options that give more than one text, search instead of drawing, or only affect JSON. */
    static final List<GenerationOption<?>> SEVERAL = List.of(
            GenerationOption.NUM_RETURN_SEQUENCES,
            GenerationOption.NUM_BEAMS,
            GenerationOption.LENGTH_PENALTY,
            GenerationOption.EARLY_STOPPING,
            GenerationOption.PENALTY_ALPHA,
            GenerationOption.TOP_LOGPROBS,
            GenerationOption.TRACE);

    private static final List<GenerationOption<?>> SEARCHES =
            List.of(GenerationOption.DO_SAMPLE, GenerationOption.NUM_BEAMS, GenerationOption.PENALTY_ALPHA);

    private static final List<GenerationOption<?>> LENGTHS =
            List.of(GenerationOption.MAX_LENGTH, GenerationOption.MAX_NEW_TOKENS);

    private final Map<GenerationOption<?>, String> given = new LinkedHashMap<>();
    private final List<String> stops = new ArrayList<>();
    private @Nullable Path file;

    /** Returns the flag of an option. */
    static String flag(GenerationOption<?> option) {
        return OptionNaming.FLAGS.name(option);
    }

    /** Adds the flags to a command under a heading of their own, without those of options that it does not support. */
    void addTo(CommandSpec command, List<GenerationOption<?>> without) {
        ArgGroupSpec.Builder group = ArgGroupSpec.builder()
                .heading("%nDecoding options, with transformers' names:%n")
                .exclusive(false)
                .validate(false);
        group.addArg(OptionSpec.builder(FILE)
                .paramLabel("FILE")
                .type(Path.class)
                .description("Read options from a generation_config.json; flags override them.")
                .setter(this::file)
                .build());
        List<GenerationOption<?>> options = new ArrayList<>(GenerationOption.all());
        options.removeAll(without);
        for (GenerationOption<?> option : options) {
            String alias = ALIASES.get(option);
            OptionSpec.Builder flag = OptionSpec.builder(flag(option))
                    .names(alias == null ? new String[] {flag(option)} : new String[] {alias, flag(option)})
                    .description(option.description());
            if (option == GenerationOption.STOP_STRINGS) {
                flag.type(List.class)
                        .auxiliaryTypes(String.class)
                        .paramLabel("TEXT")
                        .description(option.description()
                                + " \\n stands for a line break, \\t a tab, \\r a carriage return, \\\\ a backslash.")
                        .setter(this::stops);
            } else if (option.isFlag()) {
                flag.type(Boolean.class).arity("0").negatable(true).setter(setter(option));
            } else {
                flag.type(String.class).paramLabel(option.placeholder()).setter(setter(option));
            }
            group.addArg(flag.build());
        }
        command.addArgGroup(group.build());
    }

    /** Tells whether a flag was given. */
    boolean has(GenerationOption<?> option) {
        return given.containsKey(option);
    }

    /** Returns a builder with the options of the file and the flags. */
    GenerationConfigBuilder builder() throws IOException {
        GenerationConfigBuilder builder =
                file == null ? GenerationConfig.builder() : GenerationConfig.load(Paths.file(file)).toBuilder();
        if (has(GenerationOption.MAX_NEW_TOKENS) != has(GenerationOption.MAX_LENGTH)) {
            builder.unset(GenerationOption.MAX_NEW_TOKENS).unset(GenerationOption.MAX_LENGTH);
        }
        given.forEach(builder::parse);
        if (!stops.isEmpty()) {
            builder.stopStrings(stops.stream().map(Escapes::read).toArray(String[]::new));
        }
        return builder;
    }

    /**
     * Returns the config of the file, the flags and the model's own defaults.
     *
     * @param newTokens number of new tokens if no length is given; 0 for the model's own default
     */
    GenerationConfig config(Gpt2 gpt2, Prompt prompt, int newTokens) throws IOException {
        return over(builder(), gpt2, prompt, newTokens);
    }

    /** Returns the config of the given options and the model's own defaults, as {@link #config}. */
    static GenerationConfig over(GenerationConfigBuilder config, Gpt2 gpt2, Prompt prompt, int newTokens) {
        if (newTokens > 0
                && !config.isSet(GenerationOption.MAX_LENGTH)
                && !config.isSet(GenerationOption.MAX_NEW_TOKENS)) {
            config.maxNewTokens(newTokens);
        }
        if (!config.isSet(GenerationOption.PRESET) && config.get(GenerationOption.USE_MODEL_DEFAULTS)) {
            taskDefaults(config, gpt2, prompt);
        }
        GenerationConfig whole = gpt2.withDefaults(config);
        // Chosen here and printed, so that the text can be generated again.
        return whole.get(GenerationOption.DO_SAMPLE) && !whole.isSet(GenerationOption.SEED)
                ? whole.toBuilder()
                        .seed(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE))
                        .build()
                : whole;
    }

    /** Applies the defaults of task_specific_params in config.json, which generation_config.json overrides. */
    private static void taskDefaults(GenerationConfigBuilder config, Gpt2 gpt2, Prompt prompt) {
        Set<GenerationOption<?>> own = gpt2.generationDefaults().keySet();
        Map<GenerationOption<?>, Object> task = gpt2.taskDefaults();
        if (task.containsKey(GenerationOption.DO_SAMPLE)
                && SEARCHES.stream().noneMatch(o -> config.isSet(o) || own.contains(o))) {
            config.doSample(true);
        }
        Object maxLength = task.get(GenerationOption.MAX_LENGTH);
        if (maxLength instanceof Integer most
                && LENGTHS.stream().noneMatch(o -> config.isSet(o) || own.contains(o))
                && most > gpt2.count(prompt)) {
            config.maxLength(most);
        }
    }

    private <T> @Nullable T file(T value) {
        file = (Path) value;
        return null;
    }

    // The value has the type and auxiliary type of the option.
    @SuppressWarnings("unchecked")
    private <T> @Nullable T stops(T value) {
        if (value == null) {
            stops.clear();
        } else {
            stops.addAll((List<String>) value);
        }
        return null;
    }

    private ISetter setter(GenerationOption<?> option) {
        return new ISetter() {
            @Override
            public <T> @Nullable T set(T value) {
                if (value == null) {
                    given.remove(option);
                } else {
                    given.put(option, value.toString());
                }
                return null;
            }
        };
    }
}
