package io.github.gpt2djl.training;

import io.github.gpt2djl.checkpoint.Checkpoint;
import java.io.IOException;

/**
 * Is told how a training goes, on its thread, and may end it.
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
    /** Is told nothing. */
    TrainingListener NONE = new TrainingListener() {};

    /**
     * A step was taken.
     *
     * @param step what it was like
     */
    default void stepped(TrainingStep step) {}

    /**
     * The model was tested.
     *
     * @param evaluation the new point of the curve
     * @param best whether its validation loss is the lowest so far: the model has been saved then
     * @param model its weights as they are now; to be read before this method returns, and not to be closed
     * @throws IOException if the listener fails to do what it wants; training ends with it
     */
    default void evaluated(Evaluation evaluation, boolean best, Checkpoint model) throws IOException {}

    /**
     * Whether training is to end before the next step; all is saved then, and it can go on later.
     *
     * @return whether it ends
     */
    default boolean isStopped() {
        return false;
    }
}
