package io.github.gpt2djl.cli;

import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is to be continued, for the commands that take one prompt. */
final class PromptOptions {
    @Parameters(
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "The text to continue; - reads it from stdin, less one line break at its end.")
    @Nullable
    String prompt;

    @Option(names = "--prompt-ids", paramLabel = "IDS", description = "Token ids instead of text, like 15496,11.")
    @Nullable
    String promptIds;

    Prompt read() throws IOException {
        if ((prompt == null) == (promptIds == null)) {
            throw new IllegalArgumentException(
                    (prompt == null ? "found neither a prompt nor" : "found both a prompt and")
                            + " --prompt-ids, expected one of them; \"\" is an empty prompt, - reads stdin");
        }
        if (promptIds != null) {
            return Prompt.ofIds(Output.ids("--prompt-ids", promptIds));
        }
        if ("-".equals(prompt)) {
            String text = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
            return Prompt.of(text.endsWith("\n") ? text.substring(0, text.length() - 1) : text);
        }
        return Prompt.of(prompt == null ? "" : prompt);
    }
}
