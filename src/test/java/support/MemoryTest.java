package support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.gpt2djl.FinishReason;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where a token is a character, what must be kept can be counted by hand. */
class MemoryTest {
    @Test
    void keepsThePinnedTextAndTheLatestPartsThatFit() {
        Memory memory = new Memory(String::length, 20, 5);
        memory.pin("pin ");
        assertThat(memory.view("now")).isEqualTo(new Memory.View("pin now", 7, 0, 0));
        memory.add("one ");
        memory.add("two ");
        assertThat(memory.view("now")).as("15 are free").isEqualTo(new Memory.View("pin one two now", 15, 0, 0));
        assertThat(memory.view("now!")).as("16 are too many").isEqualTo(new Memory.View("pin two now!", 12, 1, 4));
        memory.add("three ");
        assertThat(memory.view("now")).isEqualTo(new Memory.View("pin three now", 13, 2, 8));
    }

    @Test
    void doesNotSkipAPartToKeepAnOlderOne() {
        Memory memory = new Memory(String::length, 20, 5);
        memory.add("a ");
        memory.add("a very long part ");
        memory.add("b ");
        assertThat(memory.view("now")).isEqualTo(new Memory.View("b now", 5, 2, 19));
    }

    @Test
    void whatIsTakenBackMakesRoomForTheOlder() {
        Memory memory = new Memory(String::length, 20, 5);
        memory.add("one ");
        memory.add("a long part ");
        assertThat(memory.view("").forgottenParts()).isOne();
        assertThat(memory.removeLast()).isEqualTo("a long part ");
        assertThat(memory.view("")).isEqualTo(new Memory.View("one ", 4, 0, 0));
        memory.removeLast();
        assertThatIllegalArgumentException().isThrownBy(memory::removeLast).withMessage("nothing is left to take back");
    }

    @Test
    void rejectsWhatCannotFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Memory(String::length, 20, 20))
                .withMessageContaining("found 20 new tokens, expected 1 to 19");
        Memory memory = new Memory(String::length, 20, 4);
        memory.pin("12345678");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.pin("9"))
                .withMessageContaining("9 tokens, expected at most 8");
        assertThat(memory.view("12345678").tokens()).isEqualTo(16);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> memory.view("123456789"))
                .withMessageContaining("17 tokens, expected at most 16");
    }

    @Test
    void aModelAlwaysHasRoomForItsAnswer() throws IOException {
        int answer = 40;
        var config = GenerationConfig.builder()
                .maxNewTokens(answer)
                .minNewTokens(answer)
                .build();
        Random random = new Random(5);
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            Memory memory = new Memory(gpt2, answer);
            memory.pin("The premise.\n");
            for (int turn = 0; turn < 30; turn++) {
                memory.add("\n> You say " + "o".repeat(random.nextInt(60)) + " é👍\n");
                Memory.View view = memory.view("\n> You wait.\n");
                assertThat(view.text()).startsWith("The premise.\n").endsWith("\n> You wait.\n");
                assertThat(view.tokens())
                        .isEqualTo(gpt2.count(Prompt.of(view.text())))
                        .isLessThanOrEqualTo(gpt2.config().positions() - answer);
                if (turn % 10 == 9) {
                    assertThat(gpt2.generate(view.text(), config).finishReason())
                            .isEqualTo(FinishReason.LENGTH);
                }
            }
            assertThat(memory.view("").forgottenParts()).isPositive();
        }
    }
}
