package io.github.gpt2djl.internal.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ParseResult;

/** Any words as arguments: they are taken, or a message says why not. No command runs. */
class ArgumentsFuzz {
    @MethodSource("seeds")
    @FuzzTest(maxDuration = "10s")
    void parse(byte[] bytes) {
        String[] args = new String(bytes, StandardCharsets.UTF_8).split("\n", 64);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
        CommandLine command = Main.command(print, print);
        command.setExecutionStrategy(ArgumentsFuzz::begin);
        int code = command.execute(args);
        String said = out.toString(StandardCharsets.UTF_8);
        // A file that cannot be read is no wrong usage.
        boolean failed = code == 1 && Arrays.asList(args).toString().contains("--generation-config");
        if (code != 0 && ((code != 2 && !failed) || !said.startsWith("error: ") || said.contains("\n\tat "))) {
            throw new AssertionError("exit code " + code + ": " + said);
        }
    }

    /** What a command does with its arguments before it loads a model. */
    private static int begin(ParseResult parsed) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        List<CommandLine> all = parsed.asCommandLineList();
        CommandLine last = all.get(all.size() - 1);
        try {
            if (last.getCommand() instanceof GenerateCommand generate) {
                generate.flags.builder().build();
                if (!"-".equals(generate.prompt.prompt)) {
                    generate.prompt.read();
                }
            } else if (last.getCommand() instanceof ExplainCommand explain) {
                explain.flags.builder().build();
            } else if (last.getCommand() instanceof InteractiveCommand interactive) {
                interactive.flags.builder().build();
            }
        } catch (IOException | RuntimeException e) {
            throw new ExecutionException(last, "as if it had run", e);
        }
        return 0;
    }

    static List<byte[]> seeds() {
        return List.of(
                words("generate ROMEO: --do-sample --top-p 0.9 --top-k=40 --temperature .5 --seed 1 --stop x --json"),
                words("generate --prompt-ids 15496,11 --num-beams 3 --early-stopping never --length-penalty -1"),
                words(
                        "generate @a --logit-bias 318=-5;464,3290=2 --bad-words-ids 1;2,3 --context-policy slide:5 --no-stream"),
                words("explain x --trace 3 --max-length 9 --generation-config nowhere.json --no-do-sample"),
                words("interactive --max-new-tokens 60 --preset openai --precision INT8 --device gpu --threads 2"),
                words("score --text x --text-ids 1,2 --stride 5 --bos"),
                words("rank a b c --model gpt2 --download"),
                words("bench --batch-size 2 --queue 3 --profile --prompt-tokens 5 --max-new-tokens 6 --repetitions 7"),
                words("download --source openai 124M --out x --revision main"),
                words("replay - --help"),
                words("models --json"),
                words("selfcheck gpt2 --version"));
    }

    private static byte[] words(String args) {
        return args.replace(' ', '\n').getBytes(StandardCharsets.UTF_8);
    }
}
