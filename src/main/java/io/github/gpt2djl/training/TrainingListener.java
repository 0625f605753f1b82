package io.github.gpt2djl.training;

import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.IOException;

/**
 * A listener to a training, called on the thread that trains, which can also end the training.
 *
 * <pre>{@code
 * TrainingListener printing = new TrainingListener() {
 *     @Override
 *     public void stepped(TrainingStep step) {
 *         System.out.println(step.number() + ": " + step.loss());
 *     }
 * };
 * }</pre>
 */
public interface TrainingListener {
    /** A listener that does nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * Called after each step.
     *
     * @param step the step
     */
    default void stepped(TrainingStep step) {}

    /**
     * Called after each validation.
     *
     * @param evaluation the new point of the learning curve
     * @param best whether the validation loss is the lowest so far; the model has then been saved
     * @param model the model with its current weights; valid until this method returns, and not to be closed
     * @throws IOException if the listener fails; training ends with this exception
     */
    default void evaluated(Evaluation evaluation, boolean best, Checkpoint model) throws IOException {}

    /**
     * Tells whether to end the training before the next step. The training is then saved and can be resumed.
     *
     * @return whether to end the training
     */
    default boolean isStopped() {
        return false;
    }
}
