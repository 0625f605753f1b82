package support;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** What a model is shown of a text that outgrows its context: what is pinned, and the latest parts that fit. */
public final class Memory {
    private final ToIntFunction<String> count;
    private final int room;
    private final List<String> pinned = new ArrayList<>();
    private final List<String> parts = new ArrayList<>();

    /**
     * What a prompt can show.
     *
     * @param text the pinned text, the latest parts, and what was asked to stand last
     * @param tokens their number, never more than there is room for
     * @param forgottenParts how many of the oldest parts did not fit
     * @param forgottenTokens those parts' tokens
     */
    public record View(String text, int tokens, int forgottenParts, int forgottenTokens) {}

    /** An empty one, for prompts that leave {@code maxNewTokens} of the model's context free. */
    public Memory(Gpt2 gpt2, int maxNewTokens) {
        this(text -> gpt2.count(Prompt.of(text)), gpt2.config().positions(), maxNewTokens);
    }

    Memory(ToIntFunction<String> count, int positions, int maxNewTokens) {
        if (maxNewTokens < 1 || maxNewTokens >= positions) {
            throw new IllegalArgumentException("found " + maxNewTokens + " new tokens, expected 1 to " + (positions - 1)
                    + ": the prompt and they share the context");
        }
        this.count = count;
        room = positions - maxNewTokens;
    }

    /** Always shows a text, before all parts; it may take half of the room with those pinned before it. */
    public void pin(String text) {
        int tokens = count.applyAsInt(String.join("", pinned) + text);
        if (tokens > room / 2) {
            throw new IllegalArgumentException("what is pinned would have " + tokens + " tokens, expected at most "
                    + room / 2 + ", half of what the prompt can hold; shorten it");
        }
        pinned.add(text);
    }

    /** Puts a part at the end. */
    public void add(String part) {
        parts.add(part);
    }

    /** Takes the latest part away. */
    public String removeLast() {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("nothing is left to take back");
        }
        return parts.remove(parts.size() - 1);
    }

    /**
     * The prompt that ends with {@code next}.
     *
     * @throws IllegalArgumentException if {@code next} is too long to stand beside what is pinned
     */
    public View view(String next) {
        int shown = 0;
        String text = prompt(0, next);
        int tokens = count.applyAsInt(text);
        if (tokens > room) {
            throw new IllegalArgumentException("what is pinned and the latest text have " + tokens
                    + " tokens, expected at most " + room + "; shorten one");
        }
        while (shown < parts.size()) {
            // Counted as a whole: tokens may span the places where parts meet.
            String longer = prompt(shown + 1, next);
            int more = count.applyAsInt(longer);
            if (more > room) {
                break;
            }
            shown++;
            text = longer;
            tokens = more;
        }
        int forgotten = parts.size() - shown;
        return new View(text, tokens, forgotten, count.applyAsInt(String.join("", parts.subList(0, forgotten))));
    }

    private String prompt(int shown, String next) {
        List<String> latest = parts.subList(parts.size() - shown, parts.size());
        return String.join("", pinned) + String.join("", latest) + next;
    }
}
