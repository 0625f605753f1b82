package io.github.gpt2djl.djl;

import ai.djl.Model;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import io.github.gpt2djl.GenerationConfig;
import io.github.gpt2djl.GenerationConfigBuilder;
import io.github.gpt2djl.GenerationRequest;
import io.github.gpt2djl.GenerationResult;
import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.OptionNaming;
import io.github.gpt2djl.Prompt;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Creates translators that continue texts, {@code String} to {@code String}, or answer requests of DJL Serving, {@code
 * Input} to {@code Output}. The arguments are the options of {@link io.github.gpt2djl.GenerationOption} with their
 * names in transformers. The result is the text of {@link Gpt2#generate(String, GenerationConfig)}, without the prompt.
 *
 * <pre>{@code
 * var criteria = ai.djl.repository.zoo.Criteria.builder()
 *         .setTypes(String.class, String.class)
 *         .optModelZoo(new Gpt2Zoo("shakespeare"))
 *         .optTranslatorFactory(new Gpt2TranslatorFactory())
 *         .optArgument("stop_strings", List.of("\n\n"))
 *         .build();
 * try (var model = criteria.loadModel();
 *         var predictor = model.newPredictor()) {
 *     System.out.println(predictor.batchPredict(List.of("ROMEO:", "JULIET:")));
 * }
 * }</pre>
 *
 * <p>A request is a prompt as plain text, answered with text, or {@code {"inputs": "ROMEO:", "parameters":
 * {"max_new_tokens": 30}}} as {@code application/json}, answered with {@code {"generated_text": "..."}}. Its parameters
 * override the arguments. An invalid request is answered with code 400, and a request that fails while it runs with
 * 500; the other requests of the batch are not affected. For texts, {@code batchPredict} returns all results or throws
 * a TranslateException that names the first prompt that failed.
 */
public final class Gpt2TranslatorFactory implements TranslatorFactory {
    /** Creates a factory. DJL Serving calls this constructor by the class's name. */
    public Gpt2TranslatorFactory() {}

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return Set.of(new Pair<>(String.class, String.class), new Pair<>(Input.class, Output.class));
    }

    /**
     * Creates the translator of a predictor.
     *
     * @throws IllegalArgumentException if the model is not of the engine {@code Gpt2}, the types are not supported, or
     *     an argument is malformed, out of range or without effect. The model is then closed, because DJL does not
     *     close it
     */
    // The types have been checked.
    @Override
    @SuppressWarnings("unchecked")
    public <I, O> Translator<I, O> newInstance(Class<I> input, Class<O> output, Model model, Map<String, ?> arguments) {
        try {
            if (!isSupported(input, output)) {
                throw new IllegalArgumentException("found the types " + input.getName() + " and " + output.getName()
                        + ", expected String and String, or Input and Output");
            }
            if (!(model instanceof Gpt2Model loaded)) {
                throw new IllegalArgumentException("found a model of another engine, expected one of " + Gpt2Engine.NAME
                        + ": optEngine(\"" + Gpt2Engine.NAME + "\"), or optModelZoo(new Gpt2Zoo(...))");
            }
            GenerationConfigBuilder asked = Arguments.generating(arguments);
            GenerationConfig config = Arguments.one(loaded.gpt2().withDefaults(asked));
            return (Translator<I, O>)
                    (input == String.class
                            ? texts(loaded.gpt2(), config)
                            : new BatchTranslator<>(
                                    new ServingRequests(loaded.gpt2(), config, asked.toString())::answers));
        } catch (RuntimeException e) {
            model.close();
            // The arguments have transformers' names.
            throw e instanceof InvalidOptionException
                    ? new IllegalArgumentException(InvalidOptionException.message(e, OptionNaming.KEYS), e)
                    : e;
        }
    }

    private static Translator<String, String> texts(Gpt2 gpt2, GenerationConfig config) {
        return new BatchTranslator<>(prompts -> {
            List<GenerationResult> results = gpt2.generateEach(prompts.stream()
                    .map(prompt -> new GenerationRequest(Prompt.of(prompt), config))
                    .toList());
            List<String> texts = new ArrayList<>();
            for (GenerationResult result : results) {
                if (result.failure() != null) {
                    throw failed(texts.size() + 1, results.size(), result.failure());
                }
                texts.add(result.generations().get(0).text());
            }
            return texts;
        });
    }

    /** Returns the exception of a predictor, which has no other way to report a failure: Input and Output have one. */
    private static TranslateException failed(int number, int count, Throwable e) {
        String input = count == 1 ? "" : "input " + number + " of " + count + ": ";
        return new TranslateException(input + InvalidOptionException.message(e, OptionNaming.KEYS), e);
    }
}
