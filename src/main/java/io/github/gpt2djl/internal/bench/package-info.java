/**
 * Examines a model on this machine: how fast it generates ({@link io.github.gpt2djl.internal.bench.Benchmark}), and
 * whether it gives the published results ({@link io.github.gpt2djl.internal.bench.SelfCheck}).
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.bench;

import org.jspecify.annotations.NullMarked;
