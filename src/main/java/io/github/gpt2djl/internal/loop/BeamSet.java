package io.github.gpt2djl.internal.loop;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The running and the complete texts of one beam search.
 *
 * <p>As transformers' {@code _beam_search}, but without its placeholders: if the rules leave fewer candidates than
 * beams, fewer beams run.
 */
final class BeamSet {
    private final BeamOptions options;
    private final List<Integer> eosIds;
    private final int limit;
    private List<Beam> running;
    private List<Beam> complete = List.of();
    private boolean ended;

    /** @param limit maximum number of new tokens of each text, at least 1 */
    BeamSet(BeamOptions options, int[] prompt, List<Integer> eosIds, int limit) {
        this.options = options;
        this.eosIds = eosIds;
        this.limit = limit;
        running = List.of(new Beam(0, prompt, new double[0], 0));
    }

    /** The running texts, the best first. */
    List<Beam> running() {
        return running;
    }

    /** The complete texts with their scores, the best first. */
    List<Beam> complete() {
        return complete;
    }

    boolean ended() {
        return ended;
    }

    /**
     * The number of candidates to rank per step: enough to keep all beams going, even if every candidate that could end
     * is among the best.
     */
    int candidates() {
        return (int) Math.min(Integer.MAX_VALUE, (long) options.beams() * Math.max(2, 1 + eosIds.size()));
    }

    /**
     * Takes one step.
     *
     * @param candidates the best {@link #candidates()} continuations of the running texts by one token, the best first
     */
    void advance(List<Beam> candidates) {
        List<Beam> next = new ArrayList<>();
        List<Beam> found = new ArrayList<>(complete);
        for (int rank = 0; rank < candidates.size(); rank++) {
            Beam candidate = candidates.get(rank);
            if (candidate.tokens() < limit && !eosIds.contains(candidate.last())) {
                if (next.size() < options.beams()) {
                    next.add(candidate);
                }
            } else if (rank < options.beams()) {
                // A candidate of a lower rank is there only so that enough beams go on.
                found.add(candidate.scored(options.score(candidate.score(), candidate.tokens())));
            }
        }
        // The sort is stable: of equal scores, the earlier text stays first.
        found.sort(Comparator.comparingDouble(Beam::score).reversed());
        complete = List.copyOf(found.subList(0, Math.min(found.size(), options.beams())));
        running = next;
        boolean full = complete.size() == options.beams();
        ended = running.isEmpty() || (full && (options.endsWhenFull() || !canImprove()));
    }

    /** Does the same as transformers' {@code _check_early_stop_heuristic}. */
    private boolean canImprove() {
        Beam best = running.get(0);
        return options.hope(best.score(), best.tokens(), limit)
                > complete.get(complete.size() - 1).score();
    }
}
