package support;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.Score;
import java.nio.charset.StandardCharsets;

/** How many bits a perfect compressor would need for a byte of a text, if it knew what the model knows. */
public final class BitsPerByte {
    private BitsPerByte() {}

    /** Of all tokens but the first, which has nothing before it that could foretell it. */
    public static double of(Gpt2 gpt2, Score score) {
        double bits = -score.logProbability() / Math.log(2);
        String scored = gpt2.decode(score.ids().subList(1, score.ids().size()));
        return bits / scored.getBytes(StandardCharsets.UTF_8).length;
    }
}
