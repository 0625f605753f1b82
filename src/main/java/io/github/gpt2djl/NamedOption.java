package io.github.gpt2djl;

import java.util.Locale;

/**
 * An option with its two names, from which an {@link OptionNaming} derives other names.
 *
 * <pre>{@code
 * System.out.println(GenerationOption.TOP_P.name()); // topP
 * System.out.println(NamedOption.of("learningRate").key()); // learning_rate
 * }</pre>
 */
public interface NamedOption {
    /** {@return the name in Java, {@code topP}} */
    String name();

    /** {@return the name in transformers and in JSON, {@code top_p}} */
    String key();

    /**
     * Names an option that is not a {@link GenerationOption}, such as an option of training.
     *
     * @param name the name in Java
     * @return the option; equal to every other one with the same names
     */
    static NamedOption of(String name) {
        return of(name, name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT));
    }

    /**
     * Names an option that transformers calls differently.
     *
     * @param name the name in Java
     * @param key the name in transformers
     * @return the option; equal to every other one with the same names
     */
    static NamedOption of(String name, String key) {
        record Named(String name, String key) implements NamedOption {
            @Override
            public String toString() {
                return name;
            }
        }
        return new Named(name, key);
    }
}
