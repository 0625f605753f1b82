package io.github.gpt2djl.internal.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.internal.sampling.HighestScores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Beam search's bookkeeping without a model. */
class BeamSetTest {
    private static final int EOS = 9;

    @Test
    void anEndBelowTheBestBeamsIsDropped() {
        BeamSet beams = beams(new BeamOptions(2, 1, false, false), 10);
        assertThat(beams.candidates()).isEqualTo(4);
        step(beams, -1, 5, -2, 6, -3, EOS, -4, 7);
        assertThat(beams.complete()).isEmpty();
        assertThat(beams.running()).extracting(Beam::last).containsExactly(5, 6);
        assertThat(beams.ended()).isFalse();
    }

    @Test
    void theNextBestTakesThePlaceOfOneThatEnds() {
        BeamSet beams = beams(new BeamOptions(2, 1, false, false), 10);
        step(beams, -1, EOS, -2, 6, -3, 5, -4, 7);
        assertThat(beams.complete()).extracting(Beam::score).containsExactly(-1f);
        assertThat(beams.running()).extracting(Beam::last).containsExactly(6, 5);
    }

    @Test
    void theEarlierOfEqualSequencesStaysFirst() {
        BeamSet beams = beams(new BeamOptions(2, 0, false, true), 10);
        step(beams, -1, EOS, -0.25, 6);
        step(beams, -1, EOS, -0.5, 6);
        assertThat(beams.complete()).extracting(Beam::tokens).containsExactly(1, 2);
        step(beams, -1, EOS, -0.75, 6);
        assertThat(beams.complete()).extracting(Beam::tokens).containsExactly(1, 2);
    }

    @Test
    void theGreatestLengthEndsAll() {
        BeamSet beams = beams(new BeamOptions(2, 1, false, false), 2);
        step(beams, -1, 5, -2, 6);
        assertThat(beams.ended()).isFalse();
        step(beams, -3, 7, -5, 8, -6, EOS);
        assertThat(beams.ended()).isTrue();
        assertThat(beams.complete()).extracting(Beam::score).containsExactly(-1.5f, -2.5f);
    }

    /** Two sequences of -2 and -4 at lengths 1 and 2, limit 10; the best running beam has -3.5 at length 2. */
    @ParameterizedTest
    @CsvSource({
        // -3.5 / 2 > -4 / 2: as it stands it could still come before the worst.
        "1, false, false, false",
        "1, true, false, true",
        "1, false, true, false",
        // Without a length penalty, sums only fall: -3.5 > -4.
        "0, false, false, false",
        "0, false, true, false",
        // The shorter the better: -3.5 * 2 against -4 * 2.
        "-1, false, false, false",
        "-1, false, true, false",
    })
    void endsAsTransformersDoes(double penalty, boolean whenFull, boolean exhaustive, boolean ended) {
        BeamSet beams = beams(new BeamOptions(2, penalty, whenFull, exhaustive), 10);
        step(beams, -2, EOS, -1, 6, -3, 5);
        step(beams, -4, EOS, -3.5, 6, -5, 5);
        assertThat(beams.complete()).hasSize(2);
        assertThat(beams.ended()).isEqualTo(ended);
    }

    /** As before, but the best running beam has -6 at length 2. */
    @ParameterizedTest
    @CsvSource({
        "1, false, true",
        // At length 10: -0.6 > -2.
        "1, true, false",
        "0, true, true",
        "-1, true, true",
        "2, true, false",
        "2, false, false"
    })
    void hopesForWhatABeamCouldBecome(double penalty, boolean exhaustive, boolean ended) {
        BeamSet beams = beams(new BeamOptions(2, penalty, false, exhaustive), 10);
        step(beams, -2, EOS, -1, 6, -3, 5);
        step(beams, -4, EOS, -6, 6, -7, 5);
        assertThat(beams.ended()).isEqualTo(ended);
    }

    @Test
    void nothingToContinueWithEndsASearch() {
        BeamSet beams = beams(new BeamOptions(3, 1, false, true), 10);
        step(beams, -2, EOS);
        assertThat(beams.ended()).isTrue();
        assertThat(beams.complete()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 500})
    void theHighestScoresAreThoseOfASort(int n) {
        Random random = new Random(n);
        HighestScores highest = new HighestScores(n);
        for (int round = 0; round < 20; round++) {
            float[][] rows = new float[3][100];
            float[] plus = {-1.5f, 0, 2};
            List<float[]> all = new ArrayList<>();
            for (int row = 0; row < 3; row++) {
                for (int i = 0; i < 100; i++) {
                    // Many ties, and some that are banned.
                    rows[row][i] = random.nextInt(6) == 0 ? Float.NEGATIVE_INFINITY : random.nextInt(20) / 4f - 3;
                    if (rows[row][i] > Float.NEGATIVE_INFINITY) {
                        all.add(new float[] {rows[row][i] + plus[row], row * 100 + i});
                    }
                }
                highest.look(rows[row], plus[row], row * 100);
            }
            all.sort(Comparator.<float[]>comparingDouble(pair -> -pair[0]).thenComparingDouble(pair -> pair[1]));
            long[] found = highest.take();
            assertThat(found).hasSize(Math.min(n, all.size()));
            for (int rank = 0; rank < found.length; rank++) {
                assertThat(HighestScores.score(found[rank])).isEqualTo(all.get(rank)[0]);
                assertThat(HighestScores.number(found[rank])).isEqualTo((int) all.get(rank)[1]);
            }
        }
        float[] nothing = new float[5];
        Arrays.fill(nothing, Float.NaN);
        highest.look(nothing, 0, 0);
        assertThat(highest.take()).isEmpty();
    }

    private static BeamSet beams(BeamOptions options, int limit) {
        return new BeamSet(options, new int[] {1, 2, 3}, List.of(EOS), limit);
    }

    /** Pairs of a score and a token, all continuing the best beam. */
    private static void step(BeamSet beams, double... pairs) {
        List<Beam> candidates = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            candidates.add(beams.running().get(0).with(0, (int) pairs[i + 1], 0, (float) pairs[i]));
        }
        candidates.sort(Comparator.comparingDouble(beam -> -beam.score()));
        beams.advance(candidates);
    }
}
