/**
 * Numbers for sampling: counter-based random draws, and the highest of many scores.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.sampling;

import org.jspecify.annotations.NullMarked;
