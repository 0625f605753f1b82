package io.github.gpt2djl.internal.tokenizer;

import com.google.gson.JsonObject;
import io.github.gpt2djl.checkpoint.TokenizerFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * GPT-2's published vocab.json and merges.txt, derived from the ranks that jtokkit ships for r50k_base.
 *
 * <p>A token's rank is its id. Its merge is the pair that byte-pair encoding reaches with the ranks below it.
 */
public final class Gpt2Vocabulary {
    private Gpt2Vocabulary() {}

    public static TokenizerFiles files() {
        Map<String, Integer> ranks = ranks();
        JsonObject vocabulary = new JsonObject();
        StringBuilder merges = new StringBuilder("#version: 0.2\n");
        ranks.entrySet().stream().sorted(Map.Entry.comparingByValue()).forEach(entry -> {
            vocabulary.addProperty(entry.getKey(), entry.getValue());
            if (entry.getKey().length() > 1) {
                merges.append(String.join(" ", pair(entry.getKey(), ranks))).append('\n');
            }
        });
        vocabulary.addProperty("<|endoftext|>", 50256);
        return new TokenizerFiles("vocab.json", vocabulary.toString(), merges.toString());
    }

    /** Tokens spelled in the byte alphabet. */
    private static Map<String, Integer> ranks() {
        Map<String, Integer> ranks = new HashMap<>();
        try (InputStream in = Gpt2Vocabulary.class.getResourceAsStream("/com/knuddels/jtokkit/r50k_base.tiktoken");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ");
                StringBuilder token = new StringBuilder();
                for (byte b : Base64.getDecoder().decode(words[0])) {
                    token.append(ByteLevel.character(b & 255));
                }
                ranks.put(token.toString(), Integer.valueOf(words[1]));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ranks;
    }

    private static List<String> pair(String token, Map<String, Integer> ranks) {
        int limit = ranks.get(token);
        List<String> parts = new ArrayList<>(Arrays.asList(token.split("")));
        while (parts.size() > 2) {
            int best = -1;
            int bestRank = limit;
            for (int i = 0; i + 1 < parts.size(); i++) {
                int rank = ranks.getOrDefault(parts.get(i) + parts.get(i + 1), Integer.MAX_VALUE);
                if (rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return parts;
    }
}
