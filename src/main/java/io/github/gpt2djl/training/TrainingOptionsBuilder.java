package io.github.gpt2djl.training;

/**
 * Collects {@link TrainingOptions}; the defaults are nanoGPT's for a small model that learns one text. A published model
 * takes a tenth of the learning rate or less.
 *
 * <pre>{@code
 * TrainingOptions options = TrainingOptions.builder().maxMinutes(10).build();
 * System.out.println(options.learningRate()); // 0.001
 * }</pre>
 */
public final class TrainingOptionsBuilder {
    private int batchSize = 12;
    private int accumulation = 1;
    private int context = 256;
    private double learningRate = 1e-3;
    private int warmupSteps = 100;
    private double weightDecay = 0.1;
    private double gradientClip = 1;
    private int maxSteps;
    private double maxMinutes;
    private int evaluateEvery = 100;
    private int evaluationWindows = 200;
    private int patience = 10;
    private long seed;

    TrainingOptionsBuilder() {}

    /**
     * Rows that are computed at once.
     *
     * @param value at least 1; default: 12
     * @return this
     */
    public TrainingOptionsBuilder batchSize(int value) {
        batchSize = value;
        return this;
    }

    /**
     * Batches whose gradients make a step together.
     *
     * @param value at least 1; default: 1
     * @return this
     */
    public TrainingOptionsBuilder accumulation(int value) {
        accumulation = value;
        return this;
    }

    /**
     * Tokens of a row.
     *
     * @param value 1 to the model's context; default: 256
     * @return this
     */
    public TrainingOptionsBuilder context(int value) {
        context = value;
        return this;
    }

    /**
     * The largest learning rate, at the end of the warm-up.
     *
     * @param value more than 0; default: 1e-3
     * @return this
     */
    public TrainingOptionsBuilder learningRate(double value) {
        learningRate = value;
        return this;
    }

    /**
     * Steps in which the learning rate grows to it; from there it falls to a tenth along a cosine.
     *
     * @param value at least 0; default: 100
     * @return this
     */
    public TrainingOptionsBuilder warmupSteps(int value) {
        warmupSteps = value;
        return this;
    }

    /**
     * The share of each matrix, times the learning rate, that a step takes off.
     *
     * @param value at least 0; default: 0.1
     * @return this
     */
    public TrainingOptionsBuilder weightDecay(double value) {
        weightDecay = value;
        return this;
    }

    /**
     * The largest norm of the gradients.
     *
     * @param value more than 0; default: 1
     * @return this
     */
    public TrainingOptionsBuilder gradientClip(double value) {
        gradientClip = value;
        return this;
    }

    /**
     * The last step.
     *
     * @param value at least 1, or 0: only time limits the training; default: none
     * @return this
     */
    public TrainingOptionsBuilder maxSteps(int value) {
        maxSteps = value;
        return this;
    }

    /**
     * Time for training, in all its parts if it is interrupted.
     *
     * @param value more than 0, or 0: only steps limit it; default: none
     * @return this
     */
    public TrainingOptionsBuilder maxMinutes(double value) {
        maxMinutes = value;
        return this;
    }

    /**
     * Steps from one validation to the next, after each of which all is saved.
     *
     * @param value at least 1; default: 100
     * @return this
     */
    public TrainingOptionsBuilder evaluateEvery(int value) {
        evaluateEvery = value;
        return this;
    }

    /**
     * Rows of the validation's text that are looked at each time, spread over it evenly.
     *
     * @param value at least 1; default: 200
     * @return this
     */
    public TrainingOptionsBuilder evaluationWindows(int value) {
        evaluationWindows = value;
        return this;
    }

    /**
     * Validations without a better loss after which training ends.
     *
     * @param value at least 1, or 0: never; default: 10
     * @return this
     */
    public TrainingOptionsBuilder patience(int value) {
        patience = value;
        return this;
    }

    /**
     * Seed of a new model's weights, the batches and dropout.
     *
     * @param value any; default: 0
     * @return this
     */
    public TrainingOptionsBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Checks all values.
     *
     * @return the options
     * @throws IllegalArgumentException if one is out of range, or neither steps nor time limit the training
     */
    public TrainingOptions build() {
        return new TrainingOptions(
                batchSize,
                accumulation,
                context,
                learningRate,
                warmupSteps,
                weightDecay,
                gradientClip,
                maxSteps,
                maxMinutes,
                evaluateEvery,
                evaluationWindows,
                patience,
                seed);
    }
}
