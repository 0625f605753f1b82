package io.github.gpt2djl.training;

/**
 * The hyperparameters of the optimizer AdamW.
 *
 * <pre>{@code
 * AdamW optimizer = new AdamW(1e-3, 0.1, 1, 0.9, 0.99);
 * System.out.println(optimizer.withRate(1e-4).rate()); // 1.0E-4
 * }</pre>
 *
 * @param rate the learning rate
 * @param decay the weight decay: a step subtracts this fraction of each matrix, times the rate
 * @param clip the maximum norm of all gradients together, to which longer ones are scaled down
 * @param beta1 the decay rate of the running mean of the gradients
 * @param beta2 the decay rate of the running mean of the squared gradients
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>
 */
public record AdamW(double rate, double decay, double clip, double beta1, double beta2) {
    /**
     * Returns these hyperparameters with another rate.
     *
     * @param other the learning rate
     * @return a copy
     */
    public AdamW withRate(double other) {
        return new AdamW(other, decay, clip, beta1, beta2);
    }
}
