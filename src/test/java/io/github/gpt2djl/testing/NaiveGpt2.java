package io.github.gpt2djl.testing;

import io.github.gpt2djl.ModelConfig;

/**
 * GPT-2 in plain Java doubles, one position at a time and nothing cached: an oracle to read, not to run fast.
 *
 * <p>Follows Radford et al. 2019 and openai/gpt-2's model.py; it shares no code with the decoder.
 */
public final class NaiveGpt2 {
    private final ModelConfig config;
    private final TestCheckpoint tensors;

    public NaiveGpt2(TestCheckpoint tensors) {
        this.config = tensors.config();
        this.tensors = tensors;
    }

    /** Logits [ids.length][vocabulary]. */
    public double[][] logits(int[] ids) {
        double[][] x = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            x[t] = add(row("wte.weight", ids[t]), row("wpe.weight", t));
        }
        for (int layer = 0; layer < config.layers(); layer++) {
            String h = "h." + layer + ".";
            double[][] attended = attention(norm(x, h + "ln_1"), h + "attn.");
            for (int t = 0; t < x.length; t++) {
                x[t] = add(x[t], attended[t]);
            }
            double[][] normed = norm(x, h + "ln_2");
            for (int t = 0; t < x.length; t++) {
                double[] inner = linear(normed[t], h + "mlp.c_fc");
                for (int i = 0; i < inner.length; i++) {
                    inner[i] = gelu(inner[i]);
                }
                x[t] = add(x[t], linear(inner, h + "mlp.c_proj"));
            }
        }
        double[][] logits = new double[x.length][config.vocabularySize()];
        double[][] last = norm(x, "ln_f");
        String head = config.tiedHead() ? "wte.weight" : "lm_head.weight";
        for (int t = 0; t < x.length; t++) {
            for (int id = 0; id < config.vocabularySize(); id++) {
                logits[t][id] = dot(last[t], row(head, id));
            }
        }
        return logits;
    }

    /** Each position looks at itself and at those before it: softmax(q k / sqrt(D)) v, head by head. */
    private double[][] attention(double[][] x, String name) {
        int width = config.width();
        int size = width / config.heads();
        double[][] qkv = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            qkv[t] = linear(x[t], name + "c_attn");
        }
        double[][] out = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] mixed = new double[width];
            for (int head = 0; head < config.heads(); head++) {
                int from = head * size;
                double[] weight = new double[t + 1];
                double total = 0;
                for (int s = 0; s <= t; s++) {
                    double score = 0;
                    for (int i = 0; i < size; i++) {
                        score += qkv[t][from + i] * qkv[s][width + from + i];
                    }
                    weight[s] = Math.exp(score / Math.sqrt(size));
                    total += weight[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int i = 0; i < size; i++) {
                        mixed[from + i] += weight[s] / total * qkv[s][2 * width + from + i];
                    }
                }
            }
            out[t] = linear(mixed, name + "c_proj");
        }
        return out;
    }

    private double[][] norm(double[][] x, String name) {
        float[] gain = tensors.values(name + ".weight");
        float[] shift = tensors.values(name + ".bias");
        double[][] y = new double[x.length][config.width()];
        for (int t = 0; t < x.length; t++) {
            double mean = 0;
            for (double v : x[t]) {
                mean += v / config.width();
            }
            double variance = 0;
            for (double v : x[t]) {
                variance += (v - mean) * (v - mean) / config.width();
            }
            for (int i = 0; i < config.width(); i++) {
                y[t][i] = (x[t][i] - mean) / Math.sqrt(variance + config.epsilon()) * gain[i] + shift[i];
            }
        }
        return y;
    }

    /** Conv1D: weights are stored [in, out]. */
    private double[] linear(double[] x, String name) {
        float[] weight = tensors.values(name + ".weight");
        float[] bias = tensors.values(name + ".bias");
        double[] y = new double[bias.length];
        for (int o = 0; o < y.length; o++) {
            y[o] = bias[o];
            for (int i = 0; i < x.length; i++) {
                y[o] += x[i] * weight[i * y.length + o];
            }
        }
        return y;
    }

    private double[] row(String name, int index) {
        double[] row = new double[config.width()];
        for (int i = 0; i < row.length; i++) {
            row[i] = tensors.values(name)[index * row.length + i];
        }
        return row;
    }

    private static double gelu(double x) {
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] add(double[] a, double[] b) {
        double[] sum = a.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += b[i];
        }
        return sum;
    }
}
