package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonArray;
import com.google.gson.JsonPrimitive;
import io.github.gpt2djl.MalformedCheckpointException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds the merges of a SentencePiece model, which has none: every way to make a piece from two other pieces. */
final class PieceMerges {
    /** The maximum work for all pieces together. Published models need some million. */
    private static final long MOST_WORK = 2_000_000_000L;

    private PieceMerges() {}

    /** Returns the merges in the order of the ids, as the classes of transformers do. */
    static JsonArray byId(String file, Map<String, Integer> ids) throws MalformedCheckpointException {
        List<String> pieces = new ArrayList<>(ids.keySet());
        pieces.sort(Comparator.comparing(ids::get));
        return of(file, pieces);
    }

    /** Returns the merges in the order of the scores, as SentencePiece itself merges. */
    static JsonArray byScore(String file, Map<String, Integer> ids, List<SentencePieceModel.Piece> pieces)
            throws MalformedCheckpointException {
        record Ranked(String text, double score, int id) {}
        List<Ranked> normal = new ArrayList<>();
        for (Map.Entry<String, Integer> piece : ids.entrySet()) {
            SentencePieceModel.Piece found = pieces.get(piece.getValue());
            if (found.type() == SentencePieceModel.Type.NORMAL) {
                // The sum turns -0 into 0.
                normal.add(new Ranked(piece.getKey(), found.score() + 0.0, piece.getValue()));
            }
        }
        normal.sort(Comparator.comparingDouble((Ranked piece) -> -piece.score()).thenComparingInt(Ranked::id));
        return of(file, normal.stream().map(Ranked::text).toList());
    }

    private static JsonArray of(String file, List<String> pieces) throws MalformedCheckpointException {
        Map<String, JsonPrimitive> known = new HashMap<>();
        long work = 0;
        for (String piece : pieces) {
            known.put(piece, new JsonPrimitive(piece));
            work += (long) piece.length() * piece.length();
        }
        if (work > MOST_WORK) {
            throw new MalformedCheckpointException(
                    file, "its pieces are too long to find their merges, expected a few characters each");
        }
        JsonArray merges = new JsonArray();
        for (String piece : pieces) {
            for (int cut = 1; cut < piece.length(); cut++) {
                JsonPrimitive left = known.get(piece.substring(0, cut));
                JsonPrimitive right = left == null ? null : known.get(piece.substring(cut));
                if (left != null && right != null) {
                    JsonArray pair = new JsonArray(2);
                    pair.add(left);
                    pair.add(right);
                    merges.add(pair);
                }
            }
        }
        return merges;
    }
}
