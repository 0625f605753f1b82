package support;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.KnownModel;
import io.github.gpt2djl.ModelConfig;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Counted by torch.utils.flop_counter.FlopCounterMode, half of its operations, while transformers 5.23 computes token
 * after token with its cache; {@code anew} is their sum with one head. It counts all products of attention that are
 * computed, and in that way none is computed in vain.
 */
class WorkTest {
    @Test
    void multiplyAddsAreThoseThatTorchCounts() throws IOException {
        ModelConfig small = ModelConfig.gpt2(6, 6, 192, 256, 2048);
        ModelConfig gpt2 = config("gpt2");
        assertThat(Work.cached(small, 1)).isEqualTo(3_049_728);
        assertThat(Work.cached(small, 240)).isEqualTo(3_600_384);
        assertThat(Work.anew(small, 1)).isEqualTo(3_049_728);
        assertThat(Work.anew(small, 10)).isEqualTo(27_062_016);
        assertThat(Work.anew(small, 240)).isEqualTo(704_034_816);
        assertThat(Work.cached(gpt2, 100)).isEqualTo(125_375_232);
        assertThat(Work.anew(gpt2, 100)).isEqualTo(8_625_144_576L);
    }

    /** {@code model.num_parameters(exclude_embeddings=True)} of transformers. */
    @Test
    void weightsWithoutTheTables() throws IOException {
        assertThat(Work.nonEmbeddingWeights(ModelConfig.gpt2(6, 6, 192, 256, 2048)))
                .isEqualTo(2_669_568);
        assertThat(Work.nonEmbeddingWeights(config("gpt2"))).isEqualTo(85_056_000);
    }

    private static ModelConfig config(String name) throws IOException {
        return KnownModel.find(name).orElseThrow().config();
    }
}
