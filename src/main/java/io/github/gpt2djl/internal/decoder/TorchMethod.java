package io.github.gpt2djl.internal.decoder;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The methods of decoder.py and training.py that Java calls. {@link TorchModule#load} checks that a module has them. */
enum TorchMethod {
    FILL,
    FINITE,
    SCRATCH_VIEW,
    BALANCE,
    ABSORB,
    ADD_TOKENS,
    ADD_POSITIONS,
    ADD_NORM,
    PREPARE_LAYER,
    PREPARE_HEAD,
    ADD_LAYER,
    ADD_HEAD,
    TIE_HEAD,
    ALLOCATE_CACHE,
    COPY_CACHE,
    MOVE_ROW,
    REORDER,
    CLEAR_ROW,
    KEEP_ROW,
    RESTORE_ROW,
    LAYER_OF_ROW,
    SET_LAYER_OF_ROW,
    FORWARD,
    JOIN,
    STEP_AND_JOIN,
    APPEND,
    STEP_AND_APPEND,
    VERIFY,
    STEPS,
    ALLOCATE_VECTORS,
    JOIN_CANDIDATES,
    STEP_CANDIDATES,
    ALL_LOGITS,
    EMBEDDING,
    SCORES,
    CONTINUATIONS,
    TRACE,
    LENS,
    ATTRIBUTION,
    ATTENTIONS_AND_MLPS,
    LEARN,
    EVALUATE,
    UPDATE;

    /** The methods of training.py. */
    static final Set<TorchMethod> OF_TRAINING = Collections.unmodifiableSet(EnumSet.of(FILL, LEARN, EVALUATE, UPDATE));

    /** The methods of decoder.py. */
    static final Set<TorchMethod> OF_DECODER = Collections.unmodifiableSet(EnumSet.range(FILL, ATTENTIONS_AND_MLPS));

    /** {@return the name in the source} */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
