/** Where a model's files are and what is in them: names, config.json, safetensors. */
@NullMarked
package io.github.gpt2djl.checkpoint;

import org.jspecify.annotations.NullMarked;
