package io.github.gpt2djl.spark;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.OptionNaming;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of a generation_config.json as flags, for rows that do not say otherwise. */
final class GenerationFlags {
    private GenerationFlags() {}

    static void addTo(CommandSpec command) {
        options().forEach(option -> {
            OptionSpec.Builder flag = OptionSpec.builder(flag(option)).description(option.description());
            if (option.isFlag()) {
                flag.type(Boolean.class).arity("0").negatable(true);
            } else if (option == GenerationOption.STOP_STRINGS) {
                flag.type(List.class).auxiliaryTypes(String.class).paramLabel("TEXT");
            } else {
                flag.type(String.class).paramLabel(option.placeholder());
            }
            command.addOption(flag.build());
        });
    }

    /** What has been given, over a file's. */
    static GenerationConfig read(CommandSpec command, Path file) throws IOException {
        GenerationConfigBuilder config =
                file == null ? GenerationConfig.builder() : GenerationConfig.load(file).toBuilder();
        options().forEach(option -> {
            Object value = command.findOption(flag(option)).getValue();
            if (value instanceof List<?> texts) {
                config.stopStrings(texts.toArray(String[]::new));
            } else if (value != null) {
                config.parse(option, value.toString());
            }
        });
        return config.build();
    }

    /** Without the seed, which is made for each row. */
    private static Stream<GenerationOption<?>> options() {
        return GenerationOption.all().stream()
                .filter(option -> option != GenerationOption.SEED && !RowReader.NOT_HERE.contains(option));
    }

    private static String flag(GenerationOption<?> option) {
        return OptionNaming.FLAGS.name(option);
    }
}
