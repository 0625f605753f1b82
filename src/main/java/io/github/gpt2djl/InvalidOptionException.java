package io.github.gpt2djl;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when the value of an option is malformed, out of range, in conflict with another option, or without effect.
 * The exception holds the problem as data: a program whose users know the options by other names than Java's renders
 * {@link #message} with those names.
 *
 * <pre>{@code
 * try {
 *     GenerationConfig.builder().topP(0.9).build();
 * } catch (InvalidOptionException e) {
 *     System.out.println(e.option() == GenerationOption.TOP_P); // true
 *     System.out.println(e.found()); // 0.9
 *     System.out.println(e.related()); // [doSample]
 *     System.out.println(e.message(OptionNaming.KEYS));
 * }
 * }</pre>
 */
public final class InvalidOptionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient NamedOption option;
    private final transient @Nullable Object found;
    // Parts of the message: texts, and options that an OptionNaming names.
    private final transient List<Object> problem;
    private final transient List<Object> expected;
    private final transient List<Object> advice;

    /**
     * A part of a message that names a value to set, such as {@code doSample false} or {@code --no-do-sample}.
     *
     * @param option any option
     * @param value a value of the option
     */
    public record Setting(NamedOption option, Object value) {}

    /** A part of a message that states the value of an option. */
    private record State(NamedOption option, Object value) {}

    private InvalidOptionException(
            NamedOption option,
            @Nullable Object found,
            List<Object> problem,
            List<Object> expected,
            List<Object> advice) {
        super(message(problem, expected, advice, OptionNaming.JAVA));
        this.option = option;
        this.found = found;
        this.problem = problem;
        this.expected = expected;
        this.advice = advice;
    }

    /**
     * Creates the exception for a value that is invalid by itself: {@code topP is 2.0, expected 0 to 1}.
     *
     * @param option the invalid option
     * @param found the option's value, or the text or JSON that could not be read
     * @param expected parts of a text: a {@link NamedOption} is written as its name, a {@link Setting} as a setting
     * @return the exception, to be thrown
     */
    public static InvalidOptionException value(NamedOption option, Object found, Object... expected) {
        return new InvalidOptionException(
                option, found, List.of(new State(option, found)), List.of(expected), List.of());
    }

    /**
     * Creates the exception for a value that conflicts with another option: {@code maxLength is 5 and maxNewTokens is
     * 5, expected only one}.
     *
     * @param option the invalid option
     * @param found the option's value
     * @param other the option and the value that it conflicts with
     * @param expected parts of a text, as for {@link #value}
     * @return the exception, to be thrown
     */
    public static InvalidOptionException conflict(NamedOption option, Object found, Setting other, Object... expected) {
        List<Object> problem = List.of(new State(option, found), " and ", new State(other.option(), other.value()));
        return new InvalidOptionException(option, found, problem, List.of(expected), List.of());
    }

    /**
     * Creates the exception for an option without effect: {@code topP has no effect while doSample is false}.
     *
     * @param option the option without effect
     * @param found the option's value
     * @param cause the setting that removes the effect
     * @param remedies at least one option that would restore the effect if it were set
     * @return the exception, to be thrown
     */
    public static InvalidOptionException noEffect(
            NamedOption option, Object found, Setting cause, NamedOption... remedies) {
        List<Object> advice = new ArrayList<>();
        for (NamedOption remedy : remedies) {
            advice.add(advice.isEmpty() ? "set " : " or ");
            advice.add(remedy);
        }
        advice.addAll(List.of(", or leave ", option, " out"));
        List<Object> problem = List.of(option, " has no effect while ", new State(cause.option(), cause.value()));
        return new InvalidOptionException(option, found, problem, List.of(), advice);
    }

    /**
     * Creates the exception for any other problem.
     *
     * @param option the invalid option
     * @param found the value, text or JSON found; null if there was none
     * @param problem parts of a text, as for {@link #value}, that describe the problem
     * @return the exception, to be thrown
     */
    public static InvalidOptionException of(NamedOption option, @Nullable Object found, Object... problem) {
        return new InvalidOptionException(option, found, List.of(problem), List.of(), List.of());
    }

    /**
     * Adds what was expected.
     *
     * @param parts of a text, as for {@link #value}
     * @return the exception with the expectation, to be thrown
     */
    public InvalidOptionException expecting(Object... parts) {
        return new InvalidOptionException(option, found, problem, List.of(parts), advice);
    }

    /**
     * Adds advice to the present advice.
     *
     * @param parts of a text, as for {@link #value}
     * @return the exception with the advice, to be thrown
     */
    public InvalidOptionException withAdvice(Object... parts) {
        List<Object> all = new ArrayList<>(advice);
        if (!all.isEmpty()) {
            all.add("; ");
        }
        all.addAll(List.of(parts));
        return new InvalidOptionException(option, found, problem, expected, all);
    }

    /** {@return the invalid option: a {@link GenerationOption}, or another one, such as {@code prompt}} */
    public NamedOption option() {
        return option;
    }

    /** {@return the invalid value, or the text or JSON that could not be read; null if there was none} */
    public @Nullable Object found() {
        return found;
    }

    /** {@return what was expected, with Java's names; empty if the option should not be set} */
    public String expected() {
        return text(expected, OptionNaming.JAVA);
    }

    /** {@return what to do, with Java's names; empty if the problem says it} */
    public String advice() {
        return text(advice, OptionNaming.JAVA);
    }

    /** {@return the other options that the message names, in the message's order} */
    public List<NamedOption> related() {
        return Stream.of(problem, expected, advice)
                .flatMap(List::stream)
                .flatMap(InvalidOptionException::named)
                .distinct()
                .filter(other -> !other.equals(option))
                .toList();
    }

    /**
     * Renders the message.
     *
     * @param naming the names that the reader knows
     * @return what was found, what was expected and what to do
     */
    public String message(OptionNaming naming) {
        return message(problem, expected, advice, naming);
    }

    /**
     * Renders the message of a failure.
     *
     * @param failure any exception or Error
     * @param naming the names that the reader knows
     * @return the failure's message; with these names if it is an {@link InvalidOptionException}
     */
    public static String message(Throwable failure, OptionNaming naming) {
        if (failure instanceof InvalidOptionException invalid) {
            return invalid.message(naming);
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static String message(
            List<Object> problem, List<Object> expected, List<Object> advice, OptionNaming naming) {
        return text(problem, naming)
                + (expected.isEmpty() ? "" : ", expected " + text(expected, naming))
                + (advice.isEmpty() ? "" : "; " + text(advice, naming));
    }

    private static String text(List<Object> parts, OptionNaming naming) {
        return parts.stream().map(part -> text(part, naming)).collect(Collectors.joining());
    }

    private static String text(Object part, OptionNaming naming) {
        if (part instanceof State state) {
            return naming.name(state.option) + " is " + naming.value(state.option, state.value);
        }
        if (part instanceof Setting setting) {
            return naming.setting(setting.option, setting.value);
        }
        return part instanceof NamedOption named ? naming.name(named) : part.toString();
    }

    private static Stream<NamedOption> named(Object part) {
        return part instanceof State state
                ? Stream.of(state.option)
                : part instanceof Setting setting
                        ? Stream.of(setting.option)
                        : part instanceof NamedOption named ? Stream.of(named) : Stream.empty();
    }

    /**
     * Serializes only the message, because values need not be serializable.
     *
     * @return a plain exception with the same message, cause and stack trace
     */
    private Object writeReplace() {
        IllegalArgumentException plain = new IllegalArgumentException(getMessage(), getCause());
        plain.setStackTrace(getStackTrace());
        return plain;
    }
}
