package io.github.gpt2djl;

import java.util.Locale;

/**
 * The names that options and their values have for the reader of a message. A program with names of its own implements
 * {@link #name}, and where its values differ too, the other methods.
 *
 * <pre>{@code
 * OptionNaming columns = option -> "column " + option.key();
 * try {
 *     GenerationConfig.builder().doSample(true).topP(2);
 * } catch (InvalidOptionException e) {
 *     System.out.println(e.message(OptionNaming.FLAGS)); // --top-p is 2.0, expected 0 to 1
 *     System.out.println(e.message(columns)); // column top_p is 2.0, expected 0 to 1
 * }
 * }</pre>
 */
@FunctionalInterface
public interface OptionNaming {
    /** Java's names: {@code topP}. */
    OptionNaming JAVA = new OptionNaming() {
        @Override
        public String name(NamedOption option) {
            return option.name();
        }

        @Override
        public String value(NamedOption option, Object value) {
            return value instanceof Enum<?> constant ? constant.name() : OptionNaming.super.value(option, value);
        }
    };

    /** The names of transformers and of JSON: {@code top_p}. */
    OptionNaming KEYS = NamedOption::key;

    /** The names of a command line: {@code --top-p}. */
    OptionNaming FLAGS = new OptionNaming() {
        @Override
        public String name(NamedOption option) {
            return "--" + option.key().replace('_', '-');
        }

        @Override
        public String setting(NamedOption option, Object value) {
            if (value instanceof Boolean on) {
                return name(option).replace("--", on ? "--" : "--no-");
            }
            return OptionNaming.super.setting(option, value);
        }
    };

    /**
     * Names an option.
     *
     * @param option any
     * @return the name
     */
    String name(NamedOption option);

    /**
     * Writes a value as the reader would.
     *
     * @param option any
     * @param value one of its values, or the text that should have been one
     * @return a text in quotes, a constant as {@code hugging-face}, another value as it prints itself
     */
    default String value(NamedOption option, Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return value instanceof String ? "\"" + value + "\"" : value.toString();
    }

    /**
     * Writes what sets an option to a value.
     *
     * @param option any
     * @param value one of its values
     * @return the option's name and the value
     */
    default String setting(NamedOption option, Object value) {
        return name(option) + " " + value(option, value);
    }
}
