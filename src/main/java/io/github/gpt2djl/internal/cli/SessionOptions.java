package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationOption;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session's options: those of the command line, and the changes since. */
final class SessionOptions {
    private final Gpt2 gpt2;
    private final GenerationFlags flags;
    /** The changes by option: the option's text, or empty if the option was unset. */
    private final Map<GenerationOption<?>, Optional<String>> changes = new LinkedHashMap<>();

    SessionOptions(Gpt2 gpt2, GenerationFlags flags) throws IOException {
        this.gpt2 = gpt2;
        this.flags = flags;
        config(Prompt.of(""), changes);
    }

    /** Returns the config for a prompt. */
    GenerationConfig config(Prompt prompt) throws IOException {
        return config(prompt, changes);
    }

    /**
     * Sets an option, or unsets it with null.
     *
     * @throws IllegalArgumentException if there is no such option, or the value is invalid; the options then stay
     *     unchanged
     */
    void set(String key, @Nullable String text) throws IOException {
        GenerationOption<?> option = GenerationOption.find(key.replace('-', '_'));
        if (option == null || GenerationFlags.SEVERAL.contains(option)) {
            throw new IllegalArgumentException("no option \"" + key
                    + "\" here, expected top_p, temperature or another one that generate --help lists");
        }
        Map<GenerationOption<?>, Optional<String>> changed = new LinkedHashMap<>(changes);
        changed.put(option, Optional.ofNullable(text));
        GenerationOption<?> other = option == GenerationOption.MAX_LENGTH
                ? GenerationOption.MAX_NEW_TOKENS
                : option == GenerationOption.MAX_NEW_TOKENS ? GenerationOption.MAX_LENGTH : null;
        if (other != null && text != null) {
            changed.put(other, Optional.empty());
        }
        config(Prompt.of(""), changed);
        changes.clear();
        changes.putAll(changed);
    }

    /** Tells whether the user has set an option. */
    boolean isSet(GenerationOption<?> option) throws IOException {
        return builder(changes).isSet(option);
    }

    /** Restores the options of the command line. */
    void reset() {
        changes.clear();
    }

    private GenerationConfig config(Prompt prompt, Map<GenerationOption<?>, Optional<String>> with) throws IOException {
        return GenerationFlags.over(builder(with), gpt2, prompt, 0);
    }

    private GenerationConfigBuilder builder(Map<GenerationOption<?>, Optional<String>> with) throws IOException {
        GenerationConfigBuilder builder = flags.builder();
        with.forEach((option, text) -> text.ifPresentOrElse(
                value -> {
                    if (option == GenerationOption.STOP_STRINGS) {
                        builder.stopStrings(Escapes.list(value).toArray(new String[0]));
                    } else {
                        builder.parse(option, value);
                    }
                },
                () -> builder.unset(option)));
        return builder;
    }
}
