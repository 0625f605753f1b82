package io.github.gpt2djl.training;

/**
 * How far a step of AdamW goes.
 *
 * <pre>{@code
 * AdamW optimizer = new AdamW(1e-3, 0.1, 1, 0.9, 0.99);
 * System.out.println(optimizer.withRate(1e-4).rate()); // 1.0E-4
 * }</pre>
 *
 * @param rate the learning rate
 * @param decay the share of each matrix, times the rate, that a step takes off
 * @param clip the largest norm of all gradients together: longer ones are shortened to it
 * @param beta1 how much of the gradients' mean a step keeps
 * @param beta2 how much of their squares' mean
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>
 */
public record AdamW(double rate, double decay, double clip, double beta1, double beta2) {
    /**
     * Another rate.
     *
     * @param other the learning rate
     * @return this with it
     */
    public AdamW withRate(double other) {
        return new AdamW(other, decay, clip, beta1, beta2);
    }
}
