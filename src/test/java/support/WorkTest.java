package support;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.gpt2djl.checkpoint.ModelConfig;
import io.github.gpt2djl.hub.Catalog;
import io.github.gpt2djl.hub.Models;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/**
 * Counted by torch.utils.flop_counter.FlopCounterMode, half of its operations, while transformers 5.23 computes token
 * after token with its cache; {@code anew} is their sum with one head. It counts all products of attention that are
 * computed, and in that way none is computed in vain.
 */
class WorkTest {
    private static final ModelConfig GPT2 =
            Catalog.find("gpt2").orElseThrow(AssertionError::new).config();

    @Test
    void multiplyAddsAreThoseThatTorchCounts() throws IOException {
        ModelConfig shipped = Models.shippedConfig();
        assertThat(Work.cached(shipped, 1)).isEqualTo(3_049_728);
        assertThat(Work.cached(shipped, 240)).isEqualTo(3_600_384);
        assertThat(Work.anew(shipped, 1)).isEqualTo(3_049_728);
        assertThat(Work.anew(shipped, 10)).isEqualTo(27_062_016);
        assertThat(Work.anew(shipped, 240)).isEqualTo(704_034_816);
        assertThat(Work.cached(GPT2, 100)).isEqualTo(125_375_232);
        assertThat(Work.anew(GPT2, 100)).isEqualTo(8_625_144_576L);
    }

    /** {@code model.num_parameters(exclude_embeddings=True)} of transformers. */
    @Test
    void weightsWithoutTheTables() throws IOException {
        assertThat(Work.nonEmbeddingWeights(Models.shippedConfig())).isEqualTo(2_669_568);
        assertThat(Work.nonEmbeddingWeights(GPT2)).isEqualTo(85_056_000);
    }
}
