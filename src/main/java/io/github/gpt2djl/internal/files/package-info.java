/**
 * Formats of files with tensors: safetensors, PyTorch's pickles and TensorFlow's bundles. Files are not trusted. A file
 * is written as a whole or not at all ({@link io.github.gpt2djl.internal.files.WholeFile}).
 *
 * <p>Not part of the API: do not use this package, as it may change in any release.
 */
@NullMarked
package io.github.gpt2djl.internal.files;

import org.jspecify.annotations.NullMarked;
