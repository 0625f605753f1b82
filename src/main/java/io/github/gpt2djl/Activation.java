package io.github.gpt2djl;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The activation function of an MLP, with transformers' names ({@code ACT2FN} in its activations.py).
 *
 * <pre>{@code
 * System.out.println(gpt2.config().activation().key()); // gelu_new
 * }</pre>
 *
 * <p>The first name of each constant is the one that is written to a {@code config.json}; the other names are synonyms.
 */
public enum Activation {
    /** GELU in its tanh approximation: Hendrycks and Gimpel 2016, equation 2; used by GPT and GPT-2. */
    GELU_NEW("gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"),
    /** GELU with the error function: x Φ(x). */
    GELU("gelu", "gelu_python"),
    /** GELU with the error function, clipped to -10 to 10. */
    GELU_10("gelu_10"),
    /** x sigmoid(1.702 x): Hendrycks and Gimpel 2016. */
    QUICK_GELU("quick_gelu"),
    /** max(x, 0); used by OPT. */
    RELU("relu"),
    /** max(x, 0) squared: So et al. 2021. */
    RELU2("relu2"),
    /** min(max(x, 0), 6). */
    RELU6("relu6"),
    /** x if x is positive, else x / 100. */
    LEAKY_RELU("leaky_relu"),
    /** x sigmoid(x): Elfwing et al. 2017. */
    SILU("silu", "swish"),
    /** x min(max(x + 3, 0), 6) / 6: Howard et al. 2019. */
    HARDSWISH("hardswish"),
    /** x tanh(softplus(x)): Misra 2019. */
    MISH("mish"),
    /** (1 + erf((x - μ) / (σ √2))) / 2: Ma et al. 2022. */
    LAPLACE("laplace"),
    /** The square root of softplus(x). */
    SQRT_SOFTPLUS("sqrtsoftplus"),
    /** 1 / (1 + exp(-x)). */
    SIGMOID("sigmoid"),
    /** The hyperbolic tangent. */
    TANH("tanh"),
    /** x itself. */
    LINEAR("linear");

    private final String key;
    /** The synonyms, separated by spaces. */
    private final String others;

    Activation(String key, String... others) {
        this.key = key;
        this.others = String.join(" ", others);
    }

    /** {@return the name in transformers, such as {@code gelu_new}} */
    public String key() {
        return key;
    }

    private Stream<String> names() {
        return Stream.concat(Stream.of(key), Stream.of(others.split(" ")).filter(name -> !name.isEmpty()));
    }

    /**
     * Finds a function by name.
     *
     * @param name transformers' name, such as {@code gelu_new} or {@code swish}
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
