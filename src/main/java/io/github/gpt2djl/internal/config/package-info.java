/**
 * Options of a generation: their written forms ({@link io.github.gpt2djl.internal.config.OptionFormat}), the check
 * which options can be combined, generation_config.json, and a model's own defaults.
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.config;

import org.jspecify.annotations.NullMarked;
