package io.github.gpt2djl.cli;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@link GenerationConfig} as flags: transformers' names with dashes. */
final class GenerationFlags {
    private static final String FILE = "--generation-config";

    /** Other names that people know. */
    private static final Map<GenerationOption<?>, String> ALIASES =
            Map.of(GenerationOption.STOP_STRINGS, "--stop", GenerationOption.SEQUENCE_BIAS, "--logit-bias");

    /** Options of more than one text, drawn or greedy, or of what only JSON prints. */
    static final List<GenerationOption<?>> SEVERAL = List.of(
            GenerationOption.NUM_RETURN_SEQUENCES,
            GenerationOption.NUM_BEAMS,
            GenerationOption.LENGTH_PENALTY,
            GenerationOption.EARLY_STOPPING,
            GenerationOption.PENALTY_ALPHA,
            GenerationOption.TOP_LOGPROBS,
            GenerationOption.TRACE);

    private final Map<GenerationOption<?>, String> given = new LinkedHashMap<>();
    private final List<String> stops = new ArrayList<>();
    private @Nullable Path file;

    /** The flag of an option. */
    static String flag(GenerationOption<?> option) {
        return "--" + option.key().replace('_', '-');
    }

    /** Adds the flags to a command, under a heading of their own, but for options that it has no use for. */
    void addTo(CommandSpec command, List<GenerationOption<?>> without) {
        ArgGroupSpec.Builder group = ArgGroupSpec.builder()
                .heading("%nDecoding, as transformers names it:%n")
                .exclusive(false)
                .validate(false);
        group.addArg(OptionSpec.builder(FILE)
                .paramLabel("FILE")
                .type(Path.class)
                .description("Start from a generation_config.json; other options go before it.")
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

    /** Whether a flag was given. */
    boolean has(GenerationOption<?> option) {
        return given.containsKey(option);
    }

    /** A config with the file's options and those of the flags. */
    GenerationConfigBuilder builder() throws IOException {
        GenerationConfigBuilder builder =
                file == null ? GenerationConfig.builder() : GenerationConfig.load(file).toBuilder();
        if (has(GenerationOption.MAX_NEW_TOKENS) != has(GenerationOption.MAX_LENGTH)) {
            builder.unset(GenerationOption.MAX_NEW_TOKENS).unset(GenerationOption.MAX_LENGTH);
        }
        given.forEach(builder::parse);
        if (!stops.isEmpty()) {
            builder.stopStrings(stops.toArray(new String[0]));
        }
        return builder;
    }

    /**
     * The file and the flags over the model's own defaults.
     *
     * @param newTokens where no length is given; 0: as many as the model's own default
     */
    GenerationConfigBuilder builder(Gpt2 gpt2, Prompt prompt, int newTokens) throws IOException {
        return over(builder(), gpt2, prompt, newTokens);
    }

    /** The same of a config. */
    static GenerationConfigBuilder over(GenerationConfigBuilder config, Gpt2 gpt2, Prompt prompt, int newTokens) {
        boolean searches = config.isSet(GenerationOption.NUM_BEAMS) || config.isSet(GenerationOption.PENALTY_ALPHA);
        boolean preset = config.isSet(GenerationOption.PRESET);
        if (!preset
                && !config.isSet(GenerationOption.DO_SAMPLE)
                && !searches
                && gpt2.config().doSample()) {
            config.doSample(true);
        }
        boolean anyLength = config.isSet(GenerationOption.MAX_LENGTH) || config.isSet(GenerationOption.MAX_NEW_TOKENS);
        int usual = gpt2.config().maxLength();
        if (!anyLength && newTokens > 0) {
            config.maxNewTokens(newTokens);
            anyLength = true;
        }
        if (!preset && !anyLength && usual > 0 && usual > gpt2.count(prompt)) {
            config.maxLength(usual);
        }
        // Chosen here and printed, so that a text that pleases can be had again.
        return config.build().get(GenerationOption.DO_SAMPLE) && !config.isSet(GenerationOption.SEED)
                ? config.seed(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE))
                : config;
    }

    private <T> @Nullable T file(T value) {
        file = (Path) value;
        return null;
    }

    // The type and auxiliary type of the option.
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
