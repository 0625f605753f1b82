package io.github.gpt2djl.internal.inspection;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.ModelConfig;
import io.github.gpt2djl.NamedOption;
import io.github.gpt2djl.inspection.Hook;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** The places of a model, in the order of computation. */
final class Places {
    private static final NamedOption HOOKS = NamedOption.of("hooks");

    private final ModelConfig config;
    private final List<String> names;

    Places(ModelConfig config) {
        this.config = config;
        names = Hook.names(config);
    }

    /** The index of a place. Rejects a name that the model does not have. */
    int index(String name) {
        int index = names.indexOf(name);
        if (index < 0) {
            throw unknown(name);
        }
        return index;
    }

    /**
     * The names that match one of the patterns, in the order of computation. {@code *} stands for any characters, and
     * only a pattern that ends in {@code result} names hook_result.
     */
    List<String> matching(List<String> patterns) {
        Set<String> found = new LinkedHashSet<>();
        for (String pattern : patterns) {
            Pattern compiled = Pattern.compile("\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E");
            boolean results = pattern.endsWith("result");
            List<String> matches = names.stream()
                    .filter(name -> compiled.matcher(name).matches())
                    .filter(name -> results || Hook.of(name) != Hook.RESULT)
                    .toList();
            if (matches.isEmpty()) {
                throw unknown(pattern);
            }
            found.addAll(matches);
        }
        return names.stream().filter(found::contains).toList();
    }

    int[] shape(String name, int tokens) {
        return Hook.of(name).shape(config, tokens);
    }

    private InvalidOptionException unknown(String name) {
        return InvalidOptionException.value(
                HOOKS,
                name,
                "names of places in this model, such as ",
                names.get(2),
                ", ",
                Hook.PATTERN.at(config.layers() - 1),
                " or *.",
                Hook.PATTERN.at(0).substring("blocks.0.".length()));
    }
}
