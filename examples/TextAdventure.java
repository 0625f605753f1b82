import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import io.github.gpt2djl.Session;
import io.github.gpt2djl.Token;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Lesson;
import support.Memory;
import support.Texts;

/** Lesson 15: a text adventure (after AI Dungeon, Walton 2019) that is longer than what the model can see. */
@Command(name = "TextAdventure", description = "Type what you do; /help lists the commands.")
public final class TextAdventure extends Lesson {
    private static final int LONGEST_ANSWER = 60;
    private static final String HELP = """
            go north          what you do; "Who is there?" in quotes is what you say
            /remember TEXT    a fact that the model always sees
            /memory           what the model sees, and what it has forgotten
            /retry, /undo     another answer; the last turn has not happened
            /quit             leaves, as the end of the input does""";

    @Option(names = "--premise", description = "How it begins; always in sight; default: \"${DEFAULT-VALUE}\".")
    String premise = "You are a knight. You stand before the gates of a dark castle, with a sword in your hand.";

    @Option(names = "--seed", description = "The same seed and lines are the same game; default: ${DEFAULT-VALUE}.")
    long seed = 1;

    public static void main(String... args) {
        run(new TextAdventure(), args);
    }

    @Override
    protected void teach() throws IOException {
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Gpt2 gpt2 = load();
                Session session = gpt2.session()) {
            Memory memory = new Memory(gpt2, LONGEST_ANSWER);
            memory.pin(premise + "\n");
            out.println(premise);
            while (true) {
                out.print(System.console() == null ? "" : "\n> ");
                out.flush();
                String line = lines.readLine();
                if (line == null || line.strip().equals("/quit")) {
                    return;
                }
                try {
                    obey(gpt2, session, memory, line.strip());
                } catch (IllegalArgumentException e) {
                    out.println("error: " + e.getMessage());
                }
            }
        }
    }

    private void obey(Gpt2 gpt2, Session session, Memory memory, String line) {
        if (line.startsWith("/remember ")) {
            memory.pin(line.substring("/remember ".length()).strip() + "\n");
        } else if (line.startsWith("/")) {
            switch (line) {
                case "/undo" -> out.println("taken back: " + memory.removeLast().strip());
                case "/retry" -> {
                    // A turn is an empty line, what the player did, and the answer.
                    String action = memory.removeLast().split("\n", 3)[1];
                    turn(session, memory, "\n" + action + "\n");
                }
                case "/memory" -> show(memory.view(""), gpt2.config().positions());
                case "/help" -> out.println(HELP);
                default -> throw new IllegalArgumentException("no command " + line + "; /help lists them");
            }
        } else if (!line.isEmpty()) {
            turn(session, memory, "\n> " + Texts.ofPlayer(line) + "\n");
        }
    }

    /** The answer ends with the first sentence that ends in its second half, so that nothing needs to be cut. */
    private void turn(Session session, Memory memory, String action) {
        var config = GenerationConfig.builder()
                .doSample(true)
                .temperature(0.8)
                .topP(0.9)
                .seed(seed++)
                .maxNewTokens(LONGEST_ANSWER)
                // The player's next line is the player's.
                .stopStrings("\n>")
                .build();
        StringBuilder answer = new StringBuilder();
        // What the last turn's prompt began with is not computed again.
        session.replace(Prompt.of(memory.view(action).text()));
        try (Stream<Token> tokens = session.stream(config)) {
            out.print(action);
            Iterator<Token> it = tokens.iterator();
            boolean ended = false;
            for (int i = 1; !ended && it.hasNext(); i++) {
                String text = it.next().text();
                out.print(text);
                out.flush();
                answer.append(text);
                ended = i > LONGEST_ANSWER / 2 && answer.toString().matches("(?s).*[.!?]\\W*");
            }
        }
        out.println();
        memory.add(action + answer.toString().strip() + "\n");
    }

    private void show(Memory.View view, int positions) {
        view.text().lines().forEach(line -> out.println("| " + line));
        out.println("[" + view.tokens() + " of " + positions + " tokens in sight; " + view.forgottenParts()
                + " turns of " + view.forgottenTokens() + " tokens forgotten]");
    }
}
