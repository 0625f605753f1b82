package io.github.gpt2djl.djl;

import ai.djl.Application;
import ai.djl.repository.MRL;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Progress;
import io.github.gpt2djl.ModelSource;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Loads a model by name with the arguments of a Criteria. */
final class Gpt2Loader implements ModelLoader {
    private final String name;

    Gpt2Loader(String name) {
        this.name = name;
    }

    @Override
    public String getGroupId() {
        return Gpt2Zoo.GROUP;
    }

    @Override
    public String getArtifactId() {
        return name;
    }

    @Override
    public Application getApplication() {
        return Application.NLP.TEXT_GENERATION;
    }

    @Override
    public MRL getMrl() {
        return MRL.model(null, getApplication(), getGroupId(), name, null, name);
    }

    @Override
    public <I, O> ZooModel<I, O> loadModel(Criteria<I, O> criteria) throws IOException, ModelNotFoundException {
        TranslatorFactory given = criteria.getTranslatorFactory();
        TranslatorFactory factory = given == null ? new Gpt2TranslatorFactory() : given;
        if (!factory.isSupported(criteria.getInputClass(), criteria.getOutputClass())) {
            throw new ModelNotFoundException("found the types " + criteria.getInputClass() + " and "
                    + criteria.getOutputClass() + ", expected one of " + factory.getSupportedTypes());
        }
        Map<String, Object> arguments = criteria.getArguments() == null ? Map.of() : criteria.getArguments();
        Map<String, String> options = criteria.getOptions() == null ? Map.of() : criteria.getOptions();
        Arguments.rejectAmongOptions(options);
        String label = criteria.getModelName() == null ? name : criteria.getModelName();
        if (arguments.containsKey(Arguments.MODEL)) {
            throw new IllegalArgumentException(
                    "found the argument " + Arguments.MODEL + ", expected none: Gpt2Zoo has " + name + "; take it out");
        }
        Gpt2Model model = Gpt2Engine.INSTANCE.newModel(label, criteria.getDevice());
        if (criteria.getBlock() != null) {
            model.setBlock(criteria.getBlock());
        }
        arguments.forEach((key, value) -> model.setProperty(key, value.toString()));
        model.open(name);
        try {
            return new ZooModel<>(
                    model, factory.newInstance(criteria.getInputClass(), criteria.getOutputClass(), model, arguments));
        } catch (TranslateException e) {
            model.close();
            throw new ModelNotFoundException("the translator factory " + factory + " failed", e);
        }
    }

    @Override
    public <I, O> boolean isDownloaded(Criteria<I, O> criteria) throws IOException {
        try {
            ModelSource.local().open(name).close();
            return true;
        } catch (FileNotFoundException e) {
            return false;
        }
    }

    @Override
    public <I, O> void downloadModel(Criteria<I, O> criteria, @Nullable Progress progress) throws IOException {
        ModelSource.download().open(name).close();
    }
}
