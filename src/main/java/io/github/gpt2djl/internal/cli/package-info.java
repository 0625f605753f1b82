/**
 * The command line: one class per command; text goes to stdout, everything else to stderr.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.cli;

import org.jspecify.annotations.NullMarked;
