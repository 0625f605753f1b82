package io.github.gpt2djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Embeddings against transformers: make_embedding_references.py. */
class EmbeddingTest {
    private static final Path REFERENCES = Path.of("src/test/resources/reference/embeddings.json");

    record Reference(String folder, List<Integer> ids, float[] embedding) {
        @Override
        public String toString() {
            return folder + ", " + ids.size() + " ids";
        }
    }

    static List<Reference> references() throws IOException {
        return List.of(new Gson().fromJson(Files.readString(REFERENCES), Reference[].class));
    }

    /** Single precision differs by 1e-6 at numbers of 5; the file has six digits after the point. */
    @ParameterizedTest
    @MethodSource("references")
    void transformersHasTheSame(Reference each) throws IOException {
        try (Gpt2 gpt2 = Gpt2.load(Path.of(each.folder()))) {
            assertThat(gpt2.embed(Prompt.ofIds(each.ids()))).containsExactly(each.embedding(), within(1e-5f));
        }
    }

    /** The factors and biases that INT8 moves between norms and matrices do not change the head's input. */
    @ParameterizedTest
    @CsvSource({"FP16, 0.9999", "INT8, 0.999"})
    void fewerBitsGiveTheSameDirection(Precision precision, double least) throws IOException {
        Reference each = references().get(references().size() - 1);
        try (Gpt2 gpt2 = Gpt2.load(Path.of(each.folder()), LoadOptions.DEFAULT.withPrecision(precision))) {
            assertThat(cosine(gpt2.embed(Prompt.ofIds(each.ids())), each.embedding()))
                    .isGreaterThan(least);
        }
    }

    @Test
    void aTextsEmbeddingIsThatOfItsIds() throws IOException {
        try (Gpt2 gpt2 = Gpt2.load("shakespeare")) {
            float[] romeo = gpt2.embed("ROMEO:");
            assertThat(romeo).isEqualTo(gpt2.embed(Prompt.ofIds(gpt2.encode("ROMEO:"))));
            assertThat(romeo).hasSize(gpt2.config().width());
            assertThatThrownBy(() -> gpt2.embed(""))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining("the text is empty, expected at least one id");
            assertThatThrownBy(() -> gpt2.embed("word ".repeat(2000)))
                    .isInstanceOf(InvalidOptionException.class)
                    .hasMessageContaining("context");
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double lengthA = 0;
        double lengthB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            lengthA += a[i] * a[i];
            lengthB += b[i] * b[i];
        }
        return product / Math.sqrt(lengthA * lengthB);
    }
}
