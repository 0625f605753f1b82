import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.Generation;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import support.Lesson;
import support.Memory;

/** Lesson 14: a scene in Shakespeare's manner, made speech by speech. */
@Command(name = "FakeShakespeare", description = "A scene between characters of your choice.")
public final class FakeShakespeare extends Lesson {
    private static final int LONGEST_SPEECH = 80;

    @Option(names = "--characters", split = ",", description = "Who is on stage; default: ROMEO,JULIET,NURSE.")
    List<String> characters = List.of("ROMEO", "JULIET", "NURSE");

    @Option(names = "--opening", description = "What the first of them says; default: \"${DEFAULT-VALUE}\".")
    String opening = "But, soft! what light through yonder window breaks?";

    @Option(names = "--speeches", description = "How many follow; default: ${DEFAULT-VALUE}.")
    int speeches = 8;

    @Option(names = "--temperature", description = "Above 0; default: ${DEFAULT-VALUE}.")
    double temperature = 0.8;

    @Option(names = "--seed", description = "Of all draws; default: ${DEFAULT-VALUE}.")
    long seed = 5;

    public static void main(String... args) {
        run(new FakeShakespeare(), args);
    }

    @Override
    protected void teach() throws IOException {
        if (new HashSet<>(characters).size() < 2 || speeches < 1) {
            throw new IllegalArgumentException("found " + speeches + " speeches by " + characters
                    + ", expected at least one, and two different characters");
        }
        Random random = new Random(seed);
        try (Gpt2 gpt2 = load()) {
            // The opening stays in sight however long the scene becomes; of the rest, the latest speeches do.
            Memory scene = new Memory(gpt2, LONGEST_SPEECH);
            int[] lineBreaks = Stream.of("\n", "\n\n")
                    .flatMap(text -> gpt2.encode(text, false).stream())
                    .mapToInt(Integer::intValue)
                    .toArray();
            String speaker = characters.get(0);
            scene.pin(speaker + ":\n" + opening + "\n");
            out.println(scene.view("").text());

            for (int i = 0; i < speeches; i++) {
                String last = speaker;
                List<String> others =
                        characters.stream().filter(name -> !name.equals(last)).toList();
                speaker = others.get(random.nextInt(others.size()));
                String heading = "\n" + speaker + ":\n";
                var config = GenerationConfig.builder()
                        .doSample(true)
                        .temperature(temperature)
                        .topP(0.95)
                        .seed(random.nextLong())
                        .maxNewTokens(LONGEST_SPEECH)
                        .stopStrings("\n\n")
                        // Nobody says nothing.
                        .beginSuppressTokens(lineBreaks)
                        .build();
                Prompt prompt = Prompt.of(scene.view(heading).text());
                out.print(heading.substring(1));
                Generation speech = gpt2.generate(prompt, config, token -> {
                    out.print(token.text());
                    out.flush();
                });
                // Who speaks for too long is interrupted.
                String end = speech.finishReason() == FinishReason.LENGTH ? "--\n" : "\n";
                out.println(end);
                scene.add(heading + speech.text() + end);
            }
            Memory.View seen = scene.view("");
            out.printf(
                    "The model would go on from %d tokens: the opening and the last %d of %d speeches.%n",
                    seen.tokens(), speeches - seen.forgottenParts(), speeches);
        }
    }
}
