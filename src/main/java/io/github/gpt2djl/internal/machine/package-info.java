/**
 * The processor, the memory, the GPU driver and the C library of this machine, and the settings of DJL.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.machine;

import org.jspecify.annotations.NullMarked;
