/**
 * Makes traces: reads the names of places, applies changes, and names what the decoder returns.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.inspection;

import org.jspecify.annotations.NullMarked;
