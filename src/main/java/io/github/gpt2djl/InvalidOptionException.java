package io.github.gpt2djl;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Thrown where an option cannot have its value: it is malformed, out of range, in conflict with another option, or
 * without effect. The problem is data; a program that shows it to users with other names than Java's renders {@link
 * #message} in theirs.
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
    // Texts, and options that a naming names.
    private final transient List<Object> problem;
    private final transient List<Object> expected;
    private final transient List<Object> advice;

    /**
     * A part of a message that names a value to set, such as {@code doSample false}, {@code --no-do-sample}.
     *
     * @param option any
     * @param value one of its values
     */
    public record Setting(NamedOption option, Object value) {}

    /** A part of a message that tells which value an option has. */
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
     * A value that is wrong by itself: {@code topP is 2.0, expected 0 to 1}.
     *
     * @param option that is wrong
     * @param found its value, or the text or JSON that should have been one
     * @param expected parts of a text: a {@link NamedOption} is named, a {@link Setting} is written as one
     * @return the exception, to be thrown
     */
    public static InvalidOptionException value(NamedOption option, Object found, Object... expected) {
        return new InvalidOptionException(
                option, found, List.of(new State(option, found)), List.of(expected), List.of());
    }

    /**
     * A value that does not go with another option's: {@code maxLength is 5 and maxNewTokens is 5, expected only one}.
     *
     * @param option that is wrong
     * @param found its value
     * @param other which one it does not go with
     * @param expected as for {@link #value}
     * @return the exception, to be thrown
     */
    public static InvalidOptionException conflict(NamedOption option, Object found, Setting other, Object... expected) {
        List<Object> problem = List.of(new State(option, found), " and ", new State(other.option(), other.value()));
        return new InvalidOptionException(option, found, problem, List.of(expected), List.of());
    }

    /**
     * An option that nothing would follow: {@code topP has no effect while doSample is false}.
     *
     * @param option that is wrong
     * @param found its value
     * @param cause what takes the effect
     * @param remedies options that would give it an effect if they were set, at least one
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
     * A problem of another form than these.
     *
     * @param option that is wrong
     * @param found what was found there, if anything was
     * @param problem parts of a text, as for {@link #value}, that tell of both
     * @return the exception, to be thrown
     */
    public static InvalidOptionException of(NamedOption option, @Nullable Object found, Object... problem) {
        return new InvalidOptionException(option, found, List.of(problem), List.of(), List.of());
    }

    /**
     * Tells what was expected.
     *
     * @param parts of a text, as for {@link #value}
     * @return the exception with the expectation, to be thrown
     */
    public InvalidOptionException expecting(Object... parts) {
        return new InvalidOptionException(option, found, problem, List.of(parts), advice);
    }

    /**
     * Tells what to do.
     *
     * @param parts of a text, as for {@link #value}; behind the advice that there is already
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

    /** {@return the option that is wrong: a {@link GenerationOption}, or of something else, like {@code prompt}} */
    public NamedOption option() {
        return option;
    }

    /** {@return what was found there: a value, a text or JSON that is none; null if nothing was} */
    public @Nullable Object found() {
        return found;
    }

    /** {@return what was expected, in Java's names; empty where the option should not be set} */
    public String expected() {
        return text(expected, OptionNaming.JAVA);
    }

    /** {@return what to do, in Java's names; empty if that is clear} */
    public String advice() {
        return text(advice, OptionNaming.JAVA);
    }

    /** {@return the other options that the message names, in its order} */
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
     * @param naming of its readers
     * @return what was found, what was expected and what to do
     */
    public String message(OptionNaming naming) {
        return message(problem, expected, advice, naming);
    }

    /**
     * Tells why something failed.
     *
     * @param failure any
     * @param naming of the message's readers
     * @return its message; of an {@link InvalidOptionException} with these names
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

    /** Values need not be serializable: another process gets the message. */
    private Object writeReplace() {
        IllegalArgumentException plain = new IllegalArgumentException(getMessage(), getCause());
        plain.setStackTrace(getStackTrace());
        return plain;
    }
}
