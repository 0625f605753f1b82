package io.github.gpt2djl;

import io.github.gpt2djl.internal.json.JsonText;
import java.util.List;
import java.util.Locale;

/**
 * The names of options and values that the reader of a message knows. A program with names of its own implements {@link
 * #name}, and also the other methods if its values look different.
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
    /** The names in Java: {@code topP}. */
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

    /** The names in transformers and in JSON: {@code top_p}. */
    OptionNaming KEYS = NamedOption::key;

    /** The names on the command line: {@code --top-p}. */
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
     * @param option any option
     * @return the name
     */
    String name(NamedOption option);

    /**
     * Writes a value as the reader would write it.
     *
     * @param option any option
     * @param value a value of the option, or a text that could not be read
     * @return a text in quotes, or several in brackets, with JSON's escapes; a constant in the form {@code
     *     hugging-face}; the {@code toString} of another value
     */
    default String value(NamedOption option, Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        if (value instanceof String text) {
            return JsonText.compact(json -> json.value(text));
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return JsonText.compact(json -> {
                json.beginArray();
                for (Object text : list) {
                    json.value((String) text);
                }
                json.endArray();
            });
        }
        return value.toString();
    }

    /**
     * Writes the setting of an option to a value.
     *
     * @param option any option
     * @param value a value of the option
     * @return the option's name and the value
     */
    default String setting(NamedOption option, Object value) {
        return name(option) + " " + value(option, value);
    }
}
