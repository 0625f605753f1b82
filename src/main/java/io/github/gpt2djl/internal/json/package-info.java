/**
 * JSON as Python's {@code json} reads it, and objects whose values must be of a kind.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.json;

import org.jspecify.annotations.NullMarked;
