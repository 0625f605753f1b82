package io.github.gpt2djl.text;

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
        assertThat(stops.add("a#", false)).isEqualTo("a");
        assertThat(stops.add("#b", false)).isEqualTo("##b");
        assertThat(stops.add("c\n", false)).isEqualTo("c");
        assertThat(stops.add("#", false)).isEqualTo("\n");
        assertThat(stops.add("#", false)).isEmpty();
        assertThat(stops.found()).isFalse();
        assertThat(stops.add("#d", false)).isEmpty();
        assertThat(stops.found()).isTrue();
    }

    @Test
    void theEndOfTheTextComesWithTheLastPiece() {
        StopStrings stops = new StopStrings(List.of("###"));
        assertThat(stops.add("a##", true)).isEqualTo("a##");
        assertThat(stops.found()).isFalse();
    }

    @Test
    void withoutStopStringsNothingIsHeldBack() {
        StopStrings none = new StopStrings(List.of());
        assertThat(none.add("a", false)).isEqualTo("a");
        assertThat(none.add("", true)).isEmpty();
        assertThat(none.found()).isFalse();
    }

    /** Not more than a stop string without its last character can be open. */
    @Test
    void onlyWhatMayBeginAStopStringIsHeldBack() {
        StopStrings stops = new StopStrings(List.of("b", "aab"));
        assertThat(stops.add("aaaa", false)).isEqualTo("aa");
        assertThat(stops.add("c", false)).isEqualTo("aac");
        assertThat(stops.add("a", false)).isEmpty();
        assertThat(stops.add("b", false)).isEqualTo("a");
        assertThat(stops.found()).isTrue();
    }

    @Test
    void ofStopStringsThatEndTogetherTheLongestCounts() {
        assertThat(new StopStrings(List.of("b", "ab")).add("cab", false)).isEqualTo("c");
        assertThat(new StopStrings(List.of("ab", "b")).add("cab", false)).isEqualTo("c");
        // The one that is complete first, though the other began before it.
        assertThat(new StopStrings(List.of("cabd", "b")).add("cabd", false)).isEqualTo("ca");
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
                shown.append(stops.add(text.substring(from, to), to == text.length()));
                from = to;
            }
            assertThat(shown.toString()).as("%s without %s", text, all).isEqualTo(before(text, all));
        }
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

    private static String letters(Random random, int length) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < length; i++) {
            letters.append("ab\n".charAt(random.nextInt(3)));
        }
        return letters.toString();
    }
}
