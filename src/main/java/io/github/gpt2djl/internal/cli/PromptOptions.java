package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Prompt;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of the commands that take one prompt. */
final class PromptOptions {
    @Parameters(
            arity = "0..1",
            paramLabel = "PROMPT",
            description =
                    "The text to continue, after -- if it begins with a dash; - reads the text from stdin, without a"
                            + " line break at the end.")
    @Nullable
    String prompt;

    @Option(names = "--prompt-ids", paramLabel = "IDS", description = "Token ids instead of text, such as 15496,11.")
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
        return Prompt.of(Texts.of(prompt == null ? "" : prompt));
    }
}
