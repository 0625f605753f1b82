package io.github.gpt2djl.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CpuFeaturesTest {
    @Test
    void amxIsAllowedWithoutALimit() {
        assertThat(CpuFeatures.allowsAmx(null)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ALL", "default", "AVX512_CORE_AMX", "avx512_core_amx_fp16", "AVX10_1_512_AMX"})
    void limitsWithAmx(String limit) {
        assertThat(CpuFeatures.allowsAmx(limit)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSE41", "AVX2", "AVX2_VNNI", "AVX512_CORE", "avx512_core_vnni", "AVX512_CORE_FP16"})
    void limitsWithoutAmx(String limit) {
        assertThat(CpuFeatures.allowsAmx(limit)).isFalse();
    }
}
