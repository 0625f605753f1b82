/** The command line: one class a command, text on stdout, everything else on stderr. */
@NullMarked
package io.github.gpt2djl.cli;

import org.jspecify.annotations.NullMarked;
