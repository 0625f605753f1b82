package io.github.gpt2djl;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The function between the two matrices of an MLP, by transformers' names ({@code ACT2FN} of its activations.py).
 *
 * <pre>{@code
 * System.out.println(gpt2.config().activation().key()); // gelu_new
 * }</pre>
 *
 * <p>Each constant's first name is the one that activation.py knows and that is written to a {@code config.json}; the
 * other names are of the same function.
 */
public enum Activation {
    /** GELU by its tanh form: Hendrycks and Gimpel 2016, equation 2; GPT's and GPT-2's own. */
    GELU_NEW("gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"),
    /** GELU by the error function: x Φ(x). */
    GELU("gelu", "gelu_python"),
    /** GELU by the error function, cut off at -10 and 10. */
    GELU_10("gelu_10"),
    /** x sigmoid(1.702 x): Hendrycks and Gimpel 2016. */
    QUICK_GELU("quick_gelu"),
    /** max(x, 0): OPT's own. */
    RELU("relu"),
    /** max(x, 0) squared: So et al. 2021. */
    RELU2("relu2"),
    /** min(max(x, 0), 6). */
    RELU6("relu6"),
    /** x where it is positive, else x / 100. */
    LEAKY_RELU("leaky_relu"),
    /** x sigmoid(x): Elfwing et al. 2017. */
    SILU("silu", "swish"),
    /** x min(max(x + 3, 0), 6) / 6: Howard et al. 2019. */
    HARDSWISH("hardswish"),
    /** x tanh(softplus(x)): Misra 2019. */
    MISH("mish"),
    /** (1 + erf((x - μ) / (σ √2))) / 2: Ma et al. 2022. */
    LAPLACE("laplace"),
    /** The root of softplus(x). */
    SQRT_SOFTPLUS("sqrtsoftplus"),
    /** 1 / (1 + exp(-x)). */
    SIGMOID("sigmoid"),
    /** The hyperbolic tangent. */
    TANH("tanh"),
    /** x itself. */
    LINEAR("linear");

    private final String key;
    /** With spaces between them. */
    private final String others;

    Activation(String key, String... others) {
        this.key = key;
        this.others = String.join(" ", others);
    }

    /** {@return the name in transformers, like {@code gelu_new}} */
    public String key() {
        return key;
    }

    private Stream<String> names() {
        return Stream.concat(Stream.of(key), Stream.of(others.split(" ")).filter(name -> !name.isEmpty()));
    }

    /**
     * The function of a name.
     *
     * @param name in transformers, like {@code gelu_new} or {@code swish}
     * @return the function, or null if this library does not compute it
     */
    public static @Nullable Activation find(String name) {
        return Stream.of(values())
                .filter(each -> each.names().anyMatch(name::equals))
                .findFirst()
                .orElse(null);
    }

    /** {@return all names that {@link #find} knows} */
    public static List<String> allNames() {
        return Stream.of(values()).flatMap(Activation::names).toList();
    }
}
