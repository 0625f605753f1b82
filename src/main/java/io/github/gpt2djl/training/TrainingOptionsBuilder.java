package io.github.gpt2djl.training;

/**
 * Collects {@link TrainingOptions}. The defaults are nanoGPT's for training a small model on one text; fine-tuning a
 * published model needs a tenth of the learning rate or less.
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
     * Sets the number of rows that are computed at once.
     *
     * @param value at least 1; default: 12
     * @return this
     */
    public TrainingOptionsBuilder batchSize(int value) {
        batchSize = value;
        return this;
    }

    /**
     * Sets the number of batches whose gradients are added up for one step.
     *
     * @param value at least 1; default: 1
     * @return this
     */
    public TrainingOptionsBuilder accumulation(int value) {
        accumulation = value;
        return this;
    }

    /**
     * Sets the number of tokens in a row.
     *
     * @param value 1 to the model's context; default: 256
     * @return this
     */
    public TrainingOptionsBuilder context(int value) {
        context = value;
        return this;
    }

    /**
     * Sets the maximum learning rate, at the end of the warm-up.
     *
     * @param value more than 0; default: 1e-3
     * @return this
     */
    public TrainingOptionsBuilder learningRate(double value) {
        learningRate = value;
        return this;
    }

    /**
     * Sets the number of steps in which the learning rate grows to its maximum; then it falls along a cosine to a
     * tenth.
     *
     * @param value at least 0; default: 100
     * @return this
     */
    public TrainingOptionsBuilder warmupSteps(int value) {
        warmupSteps = value;
        return this;
    }

    /**
     * Sets AdamW's weight decay: a step subtracts this fraction of each matrix, times the learning rate.
     *
     * @param value at least 0; default: 0.1
     * @return this
     */
    public TrainingOptionsBuilder weightDecay(double value) {
        weightDecay = value;
        return this;
    }

    /**
     * Sets the maximum norm of the gradients.
     *
     * @param value more than 0; default: 1
     * @return this
     */
    public TrainingOptionsBuilder gradientClip(double value) {
        gradientClip = value;
        return this;
    }

    /**
     * Sets the number of the last step.
     *
     * @param value at least 1, or 0 if only time limits the training; default: 0
     * @return this
     */
    public TrainingOptionsBuilder maxSteps(int value) {
        maxSteps = value;
        return this;
    }

    /**
     * Sets the time for training, including the time before an interruption.
     *
     * @param value more than 0, or 0 if only steps limit the training; default: 0
     * @return this
     */
    public TrainingOptionsBuilder maxMinutes(double value) {
        maxMinutes = value;
        return this;
    }

    /**
     * Sets the number of steps between two validations, each followed by a save.
     *
     * @param value at least 1; default: 100
     * @return this
     */
    public TrainingOptionsBuilder evaluateEvery(int value) {
        evaluateEvery = value;
        return this;
    }

    /**
     * Sets the maximum number of rows for each validation, spread evenly over the validation part.
     *
     * @param value at least 1; default: 200
     * @return this
     */
    public TrainingOptionsBuilder evaluationWindows(int value) {
        evaluationWindows = value;
        return this;
    }

    /**
     * Sets the number of validations without a better loss after which training ends.
     *
     * @param value at least 1, or 0 for no such limit; default: 10
     * @return this
     */
    public TrainingOptionsBuilder patience(int value) {
        patience = value;
        return this;
    }

    /**
     * Sets the seed of a new model's weights, the batches and dropout.
     *
     * @param value any number; default: 0
     * @return this
     */
    public TrainingOptionsBuilder seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Builds the options, and checks all values.
     *
     * @return the options
     * @throws IllegalArgumentException if a value is out of range, or neither steps nor time limit the training
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
