package io.github.gpt2djl.internal.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class StopStringsTest {
    @Test
    void nothingOfAStopStringIsShown() {
        StopStrings stops = new StopStrings(List.of("###", "\n\n"));
        assertThat(add(stops, "a#", false)).isEqualTo("a");
        assertThat(add(stops, "#b", false)).isEqualTo("##b");
        assertThat(add(stops, "c\n", false)).isEqualTo("c");
        assertThat(add(stops, "#", false)).isEqualTo("\n");
        assertThat(add(stops, "#", false)).isEmpty();
        assertThat(stops.found()).isFalse();
        assertThat(add(stops, "#d", false)).isEmpty();
        assertThat(stops.found()).isTrue();
    }

    @Test
    void theEndOfTheTextComesWithTheLastPiece() {
        StopStrings stops = new StopStrings(List.of("###"));
        assertThat(add(stops, "a##", true)).isEqualTo("a##");
        assertThat(stops.found()).isFalse();
    }

    @Test
    void withoutStopStringsNothingIsHeldBack() {
        StopStrings none = new StopStrings(List.of());
        assertThat(add(none, "a", false)).isEqualTo("a");
        assertThat(add(none, "", true)).isEmpty();
        assertThat(none.found()).isFalse();
    }

    /** Not more than a stop string without its last character can be open. */
    @Test
    void onlyWhatMayBeginAStopStringIsHeldBack() {
        StopStrings stops = new StopStrings(List.of("b", "aab"));
        assertThat(add(stops, "aaaa", false)).isEqualTo("aa");
        assertThat(add(stops, "c", false)).isEqualTo("aac");
        assertThat(add(stops, "a", false)).isEmpty();
        assertThat(add(stops, "b", false)).isEqualTo("a");
        assertThat(stops.found()).isTrue();
    }

    @Test
    void ofStopStringsThatEndTogetherTheLongestCounts() {
        assertThat(add(new StopStrings(List.of("b", "ab")), "cab", false)).isEqualTo("c");
        assertThat(add(new StopStrings(List.of("ab", "b")), "cab", false)).isEqualTo("c");
        // The one that is complete first, though the other began before it.
        assertThat(add(new StopStrings(List.of("cabd", "b")), "cabd", false)).isEqualTo("ca");
    }

    /** Against a regular expression on ever longer beginnings of the text, over random texts of few letters in random pieces. */
    @Test
    void anyPiecesGiveTheTextBeforeTheFirstStop() {
        Random random = new Random(4);
        for (int round = 0; round < 5000; round++) {
            String text = letters(random, random.nextInt(30));
            List<String> all = List.of(letters(random, 1 + random.nextInt(5)), letters(random, 1 + random.nextInt(5)));
            StopStrings stops = new StopStrings(all);
            StringBuilder shown = new StringBuilder();
            for (int from = 0; from < text.length() && !stops.found(); ) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                shown.append(add(stops, text.substring(from, to), to == text.length()));
                from = to;
            }
            assertThat(shown.toString()).as("%s without %s", text, all).isEqualTo(before(text, all));
        }
    }

    @Test
    void whatIsNotShownIsSearched() {
        StopStrings stops = new StopStrings(List.of("<b>c"));
        assertThat(add(stops, "a", false)).isEqualTo("a");
        assertThat(stops.add("", "<b>", false)).isEmpty();
        assertThat(add(stops, "a", false)).isEqualTo("a");
        assertThat(stops.add("", "<b>", false)).isEmpty();
        assertThat(add(stops, "c", false)).isEmpty();
        assertThat(stops.found()).isTrue();
    }

    /** A piece that is not shown may hold the beginning of a stop string and more before it. */
    @Test
    void ofHeldPiecesOnlyTheShownOnesComeBack() {
        StopStrings stops = new StopStrings(List.of(">bc"));
        assertThat(add(stops, "a", false)).isEqualTo("a");
        assertThat(stops.add("", "<>", false)).isEmpty();
        assertThat(add(stops, "b", false)).isEmpty();
        assertThat(add(stops, "x", false)).isEqualTo("bx");
        assertThat(stops.add("", "<>", false)).isEmpty();
        assertThat(add(stops, "b", true)).isEqualTo("b");
    }

    @Test
    void aStopStringMayBeginBeforeTheTextButNotEndThere() {
        StopStrings stops = new StopStrings(List.of("abc", "b"));
        stops.precede("ab");
        assertThat(stops.add("", "", false)).isEmpty();
        assertThat(stops.found()).isFalse();
        assertThat(add(stops, "x", false)).isEqualTo("x");
        StopStrings other = new StopStrings(List.of("abc", "b"));
        other.precede("ab");
        assertThat(add(other, "cd", false)).isEmpty();
        assertThat(other.found()).isTrue();
    }

    /** A token may end a text and be hidden itself, as the end of a sequence is. */
    @Test
    void aHiddenTokenStandsBehindItsPiece() {
        StopStrings stops = new StopStrings(List.of("b<eos>"));
        assertThat(stops.add("ab", "<eos>", true)).isEqualTo("a");
        assertThat(stops.found()).isTrue();
        StopStrings other = new StopStrings(List.of("<eos>b"));
        assertThat(other.add("ab", "<eos>", true)).isEqualTo("ab");
    }

    /** Only an end of the text before that a stop string may begin in is kept, and none of it is shown. */
    @Test
    void aLongTextBeforeIsSearchedFromItsEnd() {
        StopStrings stops = new StopStrings(List.of("x👍y"));
        stops.precede("x👍y".repeat(1000) + "x👍");
        assertThat(add(stops, "zx", false)).isEqualTo("z");
        assertThat(add(stops, "👍y", false)).isEmpty();
        assertThat(stops.found()).isTrue();
    }

    private static String before(String text, List<String> stops) {
        Pattern ending = Pattern.compile("(?s)(.*?)(" + stops.get(0) + "|" + stops.get(1) + ")");
        for (int end = 0; end <= text.length(); end++) {
            Matcher matcher = ending.matcher(text.substring(0, end));
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        return text;
    }

    private static String add(StopStrings stops, String piece, boolean last) {
        return stops.add(piece, "", last);
    }

    private static String letters(Random random, int length) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < length; i++) {
            letters.append("ab\n".charAt(random.nextInt(3)));
        }
        return letters.toString();
    }
}
