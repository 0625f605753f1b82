package io.github.gpt2djl.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.gpt2djl.InvalidOptionException;
import io.github.gpt2djl.NamedOption;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Asserts which option is wrong and why; how that is worded is {@link InvalidOptionExceptionTest}'s. */
public final class InvalidOptions {
    private InvalidOptions() {}

    /**
     * Runs what is to be rejected.
     *
     * @param expected a part of what was expected, or empty where the option should not have been set
     */
    public static InvalidOptionException assertInvalid(
            NamedOption option, Object found, String expected, ThrowingCallable call) {
        return assertInvalid(option, found, expected, catchThrowable(call));
    }

    /** The same of what has been thrown. */
    public static InvalidOptionException assertInvalid(
            NamedOption option, Object found, String expected, Throwable thrown) {
        assertThat(thrown).isInstanceOf(InvalidOptionException.class);
        InvalidOptionException invalid = (InvalidOptionException) thrown;
        assertThat(invalid.option()).as(invalid.getMessage()).isEqualTo(option);
        assertThat(invalid.found()).as(invalid.getMessage()).isEqualTo(found);
        if (expected.isEmpty()) {
            assertThat(invalid.expected()).isEmpty();
        } else {
            assertThat(invalid.expected()).as(invalid.getMessage()).contains(expected);
        }
        return invalid;
    }
}
