package io.github.gpt2djl.training;

/** A linear warm-up, then half a cosine down to a tenth (Loshchilov and Hutter 2017; GPT-3's schedule). */
final class LearningRate {
    private static final double LAST = 0.1;

    private LearningRate() {}

    /**
     * Returns the learning rate of a step.
     *
     * @param step the number of the step, from 1
     * @param progress the completed fraction of the training before this step, 0 to 1
     */
    static double at(TrainingOptions options, int step, double progress) {
        double warm = options.warmupSteps() == 0 ? 1 : Math.min(1, (double) step / options.warmupSteps());
        double cosine = (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
        return options.learningRate() * warm * (LAST + (1 - LAST) * cosine);
    }
}
