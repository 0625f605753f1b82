package io.github.gpt2djl.internal.decoder;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.IValue;
import io.github.gpt2djl.internal.decoder.BatchBuffers.StepArguments;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Steps in which the decoder chooses the tokens by itself.
 *
 * @param samplings by place
 * @param draws [steps, rows], random numbers in [0, 1)
 * @param eosIds end the steps early when each row has met one of them
 */
record DeviceSteps(List<DeviceSampling> samplings, double[][] draws, List<Integer> eosIds) {
    /** Rejects samplings, or draws of a step, whose number is not {@code rows}. */
    private void check(int rows) {
        if (samplings.size() != rows || Arrays.stream(draws).anyMatch(step -> step.length != rows)) {
            throw new IllegalArgumentException("found " + samplings.size() + " choices and draws of "
                    + Arrays.stream(draws)
                            .map(step -> String.valueOf(step.length))
                            .distinct()
                            .toList()
                    + " rows, expected " + rows + ", the rows of the cache");
        }
    }

    /**
     * Takes the steps.
     *
     * @param ids by place: the first step appends them
     */
    SampledBlock take(TorchModule module, BatchMemory memory, int[] ids) {
        check(memory.buffers().count());
        long past = memory.buffers().longest();
        StepArguments first = memory.feed(ids, draws.length);
        try (NDManager scope = memory.scope()) {
            double[] numbers = module.compute(
                            scope,
                            TorchMethod.STEPS,
                            arguments(scope, first, past, memory.storage().get()))
                    .toDoubleArray();
            SampledBlock block = new SampledBlock(numbers.length / 2 / samplings.size(), samplings.size(), numbers);
            memory.buffers().lengthen(block.steps() - 1);
            return block;
        }
    }

    private Object[] arguments(NDManager scope, StepArguments first, long past, IValue keysAndValues) {
        double[] rules = samplings.stream()
                .flatMapToDouble(each -> DoubleStream.of(each.temperature(), each.topK(), each.topP()))
                .toArray();
        double[] flat = Arrays.stream(draws).flatMapToDouble(Arrays::stream).toArray();
        long[] eos = eosIds.stream().mapToLong(Integer::longValue).toArray();
        return new Object[] {
            first.ids(),
            past,
            first.lengths(),
            keysAndValues,
            SharedMemory.copy(scope, new Shape(samplings.size(), 3), rules),
            SharedMemory.copy(scope, new Shape(draws.length, samplings.size()), flat),
            samplings.stream().mapToLong(DeviceSampling::topK).max().orElse(0),
            samplings.stream().anyMatch(each -> each.topP() < 1),
            samplings.stream().anyMatch(DeviceSampling::draws),
            SharedMemory.copy(scope, new Shape(eos.length), eos)
        };
    }
}
