package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.Field;
import java.util.Map;

/**
 * Counts what a manager and its sub-managers hold.
 *
 * <p>DJL's public methods tell a manager's own arrays (getManagedArrays) and none of its sub-managers, where all of ours
 * are: hence the reflection. A field of another name fails loudly.
 */
public final class LiveArrays {
    private LiveArrays() {}

    public static int count(Decoder decoder) {
        return count(decoder.manager());
    }

    /** Managers of all models that are open. */
    public static int models() {
        try (NDManager one = NDManager.newBaseManager()) {
            return resources(one.getParentManager()).size() - 1;
        }
    }

    static int count(NDManager manager) {
        int count = 0;
        for (Object resource : resources(manager).values()) {
            if (resource instanceof NDManager child) {
                count += count(child);
            } else if (resource instanceof NDArray) {
                count++;
            }
        }
        return count;
    }

    private static Map<?, ?> resources(NDManager manager) {
        try {
            Field field = BaseNDManager.class.getDeclaredField("resources");
            field.setAccessible(true);
            return (Map<?, ?>) field.get(manager);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
