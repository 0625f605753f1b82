package io.github.gpt2djl.djl;

import ai.djl.ndarray.NDList;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.util.List;
import java.util.Objects;

/** Passes all inputs of a predictor to one function, without arrays. */
final class BatchTranslator<I, O> implements Translator<I, O> {
    /** A function from inputs to outputs in the same order. */
    interface Work<I, O> {
        List<O> apply(List<I> inputs) throws TranslateException;
    }

    private static final String INPUTS = "inputs";

    private final Work<I, O> work;

    BatchTranslator(Work<I, O> work) {
        this.work = work;
    }

    @Override
    public NDList batchProcessInput(TranslatorContext context, List<I> inputs) {
        context.setAttachment(INPUTS, inputs);
        return new NDList();
    }

    // batchProcessInput has stored the inputs.
    @Override
    @SuppressWarnings("unchecked")
    public List<O> batchProcessOutput(TranslatorContext context, NDList none) throws TranslateException {
        return work.apply((List<I>) Objects.requireNonNull(context.getAttachment(INPUTS)));
    }

    @Override
    public NDList processInput(TranslatorContext context, I input) {
        return batchProcessInput(context, List.of(input));
    }

    @Override
    public O processOutput(TranslatorContext context, NDList none) throws TranslateException {
        return batchProcessOutput(context, none).get(0);
    }
}
