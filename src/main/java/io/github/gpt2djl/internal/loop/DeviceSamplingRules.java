package io.github.gpt2djl.internal.loop;

import io.github.gpt2djl.internal.decoder.DeviceSampling;
import io.github.gpt2djl.sampling.Greedy;
import io.github.gpt2djl.sampling.LogitsWarper;
import io.github.gpt2djl.sampling.Multinomial;
import io.github.gpt2djl.sampling.Sampler;
import io.github.gpt2djl.sampling.Temperature;
import io.github.gpt2djl.sampling.TopK;
import io.github.gpt2djl.sampling.TopP;
import org.jspecify.annotations.Nullable;

/** Finds out which decodings a decoder can follow by itself. */
final class DeviceSamplingRules {
    private DeviceSamplingRules() {}

    /**
     * Translates a decoding; null if the decoder cannot follow it, because of other rules or of reports about each
     * token.
     */
    static @Nullable DeviceSampling of(Decoding decoding) {
        return decoding.explainer() == null && decoding.topLogprobs() == 0 ? of(decoding.sampler()) : null;
    }

    private static @Nullable DeviceSampling of(Sampler sampler) {
        if (sampler instanceof Greedy) {
            return DeviceSampling.GREEDY;
        }
        if (!(sampler instanceof Multinomial multinomial)) {
            return null;
        }
        double temperature = 1;
        int topK = 0;
        double topP = 1;
        int place = 0;
        for (LogitsWarper rule : multinomial.rules()) {
            int before = place;
            if (rule instanceof Temperature divided) {
                temperature = divided.t();
                place = 1;
            } else if (rule instanceof TopK most) {
                topK = most.k();
                place = 2;
            } else if (rule instanceof TopP nucleus) {
                topP = nucleus.p();
                place = 3;
            }
            if (place <= before) {
                return null;
            }
        }
        return new DeviceSampling(temperature, topK, topP);
    }
}
