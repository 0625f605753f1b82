package io.github.gpt2djl.internal.decoder;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/**
 * A loaded TorchScript module whose methods are called by name; DJL closes neither arguments nor results.
 *
 * <p>Must not be closed while a method runs: {@link Lifetime} prevents that.
 */
final class TorchModule implements AutoCloseable {
    private final PtSymbolBlock block;
    private final boolean optimized;

    private TorchModule(PtSymbolBlock block, boolean optimized) {
        this.block = block;
        this.optimized = optimized;
    }

    /**
     * Compiles an archive.
     *
     * @param optimized whether torch may fuse operations; on a GPU it compiles them again as the cache grows
     * @throws IllegalStateException if the module lacks a method that Java calls
     */
    static TorchModule load(DecoderArchive.Packed archive, NDManager manager, boolean optimized) throws IOException {
        PtSymbolBlock block =
                JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive.bytes()), false, false);
        List<String> names = List.of(JniUtils.getMethodNames(block));
        for (TorchMethod method : archive.methods()) {
            if (!names.contains(method.key())) {
                block.close();
                throw new IllegalStateException("the module has no method " + method.key() + ", only " + names);
            }
        }
        return new TorchModule(block, optimized);
    }

    /**
     * Calls a method for its effect; arguments are PtNDArray, Boolean, Long, Double, String, or an IValue, which the
     * caller closes.
     */
    void call(TorchMethod method, Object... arguments) {
        result(method, arguments).close();
    }

    /** Calls a method that returns a tensor. The tensor belongs to {@code manager}. */
    PtNDArray compute(NDManager manager, TorchMethod method, Object... arguments) {
        return compute(manager, method.key(), arguments);
    }

    /** Calls a method by name: a test may call one that Java does not. */
    PtNDArray compute(NDManager manager, String method, Object... arguments) {
        IValue[] values = values(arguments);
        try (IValue result = run(method, values)) {
            return result.toTensor((PtNDManager) manager);
        } finally {
            close(values, arguments);
        }
    }

    /** Calls a method for a result of any type, which the caller closes. */
    IValue result(TorchMethod method, Object... arguments) {
        IValue[] values = values(arguments);
        try {
            return run(method.key(), values);
        } finally {
            close(values, arguments);
        }
    }

    /**
     * Calls a method whose result is one number, outside inference mode, so that gradients can be computed.
     *
     * @param arguments by DJL's convention: neighbours named {@code x[]} are a list, {@code module_method:} names the
     *     method; the manager of the first one must not be closed meanwhile
     */
    float learn(NDList arguments) {
        // Optimized graphs draw other random numbers than the graphs of the first calls, which are not optimized.
        JniUtils.setGraphExecutorOptimize(false);
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(true);
        try (NDList result = IValueUtils.forward(block, arguments, true)) {
            return result.singletonOrThrow().getFloat();
        } finally {
            JniUtils.setGradMode(before);
            JniUtils.setGraphExecutorOptimize(true);
        }
    }

    /** Calls {@code forward} with arguments that the caller keeps and closes. */
    void forward(IValue... arguments) {
        run(TorchMethod.FORWARD.key(), arguments).close();
    }

    @Override
    public void close() {
        block.close();
    }

    private IValue run(String method, IValue... arguments) {
        if (!optimized) {
            // Switches optimization off for this thread, whose other models may be optimized.
            JniUtils.setGraphExecutorOptimize(false);
        }
        try {
            return IValueUtils.runMethod(block, method, arguments);
        } catch (EngineException e) {
            throw Gpu.explained(e);
        } finally {
            if (!optimized) {
                JniUtils.setGraphExecutorOptimize(true);
            }
        }
    }

    private static IValue[] values(Object[] arguments) {
        IValue[] values = new IValue[arguments.length];
        for (int i = 0; i < values.length; i++) {
            Object argument = arguments[i];
            if (argument instanceof IValue value) {
                values[i] = value;
            } else if (argument instanceof PtNDArray array) {
                values[i] = IValue.from(array);
            } else if (argument instanceof Boolean flag) {
                values[i] = IValue.from(flag);
            } else if (argument instanceof String text) {
                values[i] = IValue.from(text);
            } else if (argument instanceof Double number) {
                values[i] = IValue.from(number);
            } else {
                values[i] = IValue.from((Long) argument);
            }
        }
        return values;
    }

    private static void close(IValue[] values, Object[] arguments) {
        for (int i = 0; i < values.length; i++) {
            if (values[i] != arguments[i]) {
                values[i].close();
            }
        }
    }
}
