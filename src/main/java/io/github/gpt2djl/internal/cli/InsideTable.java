package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.inspection.Attribution.Contribution;
import io.github.gpt2djl.inspection.Hook;
import io.github.gpt2djl.inspection.LogitLens;
import io.github.gpt2djl.sampling.TokenProbability;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** A table for a terminal: the prediction after each layer, and the parts that add most to a logit. */
final class InsideTable {
    private static final int TOKEN = 13;
    private static final int PARTS = 12;
    private static final int BAR = 30;

    private final Gpt2 gpt2;
    private final Inside inside;
    private final PrintStream out;
    private final Ansi ansi;

    InsideTable(Gpt2 gpt2, Inside inside, PrintStream out, Ansi ansi) {
        this.gpt2 = gpt2;
        this.inside = inside;
        this.out = out;
        this.ansi = ansi;
    }

    void print() {
        List<Integer> before = inside.ids().subList(0, inside.position() + 1);
        String text = gpt2.hasTokenizer() ? Visible.line(gpt2.decode(before)) : before.toString();
        out.println("After " + style(text, Style.bold) + " the next token would be:");
        out.println();
        out.println(style(cell("after", 12) + cell("length", 8) + "likeliest tokens", Style.faint));
        List<LogitLens.Layer> layers = inside.lens().layers();
        for (int i = 0; i < layers.size(); i++) {
            StringBuilder line = new StringBuilder(cell(i == 0 ? "embeddings" : "layer " + (i - 1), 12));
            line.append(cell(String.format(Locale.ROOT, "%.1f", length(i)), 8));
            for (TokenProbability token : layers.get(i).top().get(inside.position())) {
                line.append(cell(Visible.token(gpt2, token.id()) + " " + percent(token.probability()), TOKEN + 7));
            }
            out.println(line.toString().stripTrailing());
        }
        out.println();
        parts();
        out.flush();
    }

    /** The length of the residual stream's vector. */
    private double length(int layer) {
        return layer == 0
                ? inside.trace().norms(Hook.RESID_PRE, 0)[inside.position()]
                : inside.trace().norms(Hook.RESID_POST, layer - 1)[inside.position()];
    }

    private void parts() {
        String token = style(Visible.token(gpt2, inside.token()), Style.bold, Style.fg_green);
        Integer instead = inside.instead();
        String above = instead == null ? "" : " above that of " + Visible.token(gpt2, instead);
        out.println(String.format(
                Locale.ROOT,
                "The logit of %s is %.2f%s, the sum of what the parts add:",
                token,
                inside.attribution().logit(),
                above));
        out.println();
        List<Contribution> largest = inside.attribution().largest(PARTS);
        double most = Math.abs(largest.get(0).value());
        double sum = 0;
        for (Contribution part : largest) {
            out.println(part(part.name(), part.value(), most));
            sum += part.value();
        }
        int rest = inside.attribution().contributions().size() - largest.size();
        if (rest > 0) {
            out.println(part(rest + " others", inside.attribution().logit() - sum, most));
        }
    }

    private String part(String name, double value, double most) {
        int size = (int) Math.round(Math.min(1, Math.abs(value) / most) * BAR);
        String bar = style("█".repeat(size), value < 0 ? Style.fg_red : Style.fg_green);
        return cell(name, 12) + String.format(Locale.ROOT, "%+7.2f  ", value) + bar;
    }

    private static String cell(String text, int width) {
        return text + " ".repeat(Math.max(1, width - Visible.width(text)));
    }

    private static String percent(double probability) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * probability);
    }

    private String style(String text, Style... styles) {
        return ansi.enabled() && !text.isEmpty() ? Style.on(styles) + text + Style.off(styles) : text;
    }
}
