package support;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Texts of one style, for prompts of a few examples. The proverbs are old, the rest was made up. */
public record Style(String name, String beginning, List<String> examples) {
    /** Some styles, each with the beginning of one more text. */
    public static final List<Style> ALL = List.of(
            new Style(
                    "couplets",
                    "I ask'd the river where it goes,\n",
                    List.of(
                            "The sun went down behind the hill,\nThe birds were hush'd, and all was still.",
                            "I lost my heart upon the sea,\nAnd no one brought it back to me.",
                            "The king sat in his house of stone,\nAnd found no friend beside his throne.",
                            "When winter lays the garden bare,\nI dream that roses still are there.",
                            "He gave his word, he gave his hand,\nAnd wrote them both upon the sand.",
                            "The night is long, the road is cold,\nAnd I am weary, poor and old.")),
            new Style(
                    "proverbs",
                    "He that would be a king",
                    List.of(
                            "He that lies down with dogs shall rise up with fleas.",
                            "He that would eat the fruit must climb the tree.",
                            "He that goes a borrowing goes a sorrowing.",
                            "He that sows the wind shall reap the storm.",
                            "He that is down need fear no fall.",
                            "He that will not work shall not eat.")),
            new Style(
                    "headlines",
                    "King Asks",
                    List.of(
                            "Council Votes To Close Old Bridge",
                            "Farmers Fear Dry Summer After Warm Spring",
                            "Queen Opens New Hospital In The North",
                            "Two Men Held After Theft Of Crown",
                            "Prince To Visit France Next Month",
                            "Storm Leaves Thousands Without Light")));

    /** The style with a name. */
    public static Style named(String name) {
        return ALL.stream()
                .filter(style -> style.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("found the style " + name + ", expected one of "
                        + ALL.stream().map(Style::name).collect(Collectors.joining(", "))));
    }

    /**
     * A prompt of examples, a line break after each.
     *
     * @param after the example that they follow, in a circle, and that is not among them
     * @param count fewer than there are
     */
    public String shots(int after, int count) {
        if (count < 0 || count >= examples.size()) {
            throw new IllegalArgumentException(
                    "found " + count + " shots, expected 0 to " + (examples.size() - 1) + ": one example is held out");
        }
        return IntStream.rangeClosed(after + 1, after + count)
                .mapToObj(i -> examples.get(i % examples.size()) + "\n")
                .collect(Collectors.joining("", "\n", ""));
    }
}
