package io.github.gpt2djl;

import java.util.Locale;

/**
 * An option by its two names, of which an {@link OptionNaming} makes others.
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
     * Names an option that is not one of {@link GenerationOption}, such as one of training.
     *
     * @param name the name in Java
     * @return the option; equal to every other one of the same names
     */
    static NamedOption of(String name) {
        return of(name, name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT));
    }

    /**
     * Names an option that transformers calls differently.
     *
     * @param name the name in Java
     * @param key the name in transformers
     * @return the option; equal to every other one of the same names
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
