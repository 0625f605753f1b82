package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.Gpt2;
import io.github.gpt2djl.sampling.StepTrace;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** A table for a terminal that shows how one token was chosen: a row for each candidate, a column for each rule. */
final class TraceTable {
    private static final int TOKEN = 14;
    private static final int BAR = 48;
    private static final int TAIL = 40;

    private final Gpt2 gpt2;
    private final PrintStream out;
    private final Ansi ansi;

    TraceTable(Gpt2 gpt2, PrintStream out, Ansi ansi) {
        this.gpt2 = gpt2;
        this.out = out;
        this.ansi = ansi;
    }

    /**
     * Prints one step.
     *
     * @param number the number of the step, from 1
     * @param before the text before the token
     */
    void print(int number, String before, StepTrace trace) {
        String chosen = Visible.token(gpt2, trace.chosen().id());
        out.println(style("step " + number, Style.bold) + "  " + style(tail(before), Style.faint)
                + style(chosen, Style.bold, Style.fg_green));
        List<String> names = new ArrayList<>(List.of("model"));
        trace.rules().forEach(effect -> names.add(effect.rule()));
        out.println(style(row("rank", "token", names), Style.faint));
        for (StepTrace.Candidate candidate : trace.candidates()) {
            out.println(candidate(names, trace, candidate));
        }
        summary(names, "kept", trace.vocabulary() + "", trace, effect -> effect.kept() + "");
        summary(names, "mass", percent(1), trace, effect -> percent(effect.keptMass()));
        summary(names, "entropy", nats(trace.entropy()), trace, effect -> nats(effect.entropy()));
        trace.rules().forEach(this::border);
        out.println(drawn(trace, chosen));
        out.println();
        out.flush();
    }

    private String candidate(List<String> names, StepTrace trace, StepTrace.Candidate candidate) {
        List<String> cells = new ArrayList<>(List.of(percent(Math.exp(candidate.logProbability()))));
        for (int rule = 0; rule < trace.rules().size(); rule++) {
            double logProbability = candidate.after().get(rule);
            cells.add(
                    rule == candidate.removedBy()
                            ? "out"
                            : rule > candidate.removedBy() ? "" : percent(Math.exp(logProbability)));
        }
        boolean chosen = candidate.id() == trace.chosen().id();
        boolean removed = candidate.removedBy() < trace.rules().size();
        String line = row(candidate.rank() + "", Visible.token(gpt2, candidate.id()), aligned(names, cells));
        return chosen ? style(line + "  <", Style.bold, Style.fg_green) : removed ? style(line, Style.faint) : line;
    }

    private void summary(
            List<String> names, String title, String model, StepTrace trace, Function<StepTrace.Effect, String> value) {
        List<String> cells = new ArrayList<>(List.of(model));
        trace.rules().forEach(effect -> cells.add(value.apply(effect)));
        out.println(style(row("", title, aligned(names, cells)), Style.fg_cyan));
    }

    /** Prints the last kept and the first removed token of each rule. */
    private void border(StepTrace.Effect effect) {
        if (effect.lastKept().isPresent() && effect.firstRemoved().isPresent()) {
            var last = effect.lastKept().get();
            var first = effect.firstRemoved().get();
            out.println("  " + effect.rule() + " keeps down to " + Visible.token(gpt2, last.id()) + " "
                    + percent(last.probability()) + ", and " + Visible.token(gpt2, first.id()) + " "
                    + percent(first.probability()) + " is out");
        }
    }

    private String drawn(StepTrace trace, String chosen) {
        String could = "  " + trace.kept() + " of " + trace.vocabulary() + " tokens could come, "
                + percent(trace.keptMass()) + " of the model's probability";
        if (trace.draw().isEmpty()) {
            return could + "\n  the likeliest is taken: " + style(chosen, Style.bold, Style.fg_green);
        }
        double draw = trace.draw().getAsDouble();
        StepTrace.Candidate token = trace.chosen();
        int mark = (int) (draw * BAR);
        StringBuilder bar = new StringBuilder();
        for (int place = 0; place < BAR; place++) {
            double middle = (place + 0.5) / BAR;
            bar.append(place == mark ? '▲' : middle >= token.from() && middle < token.to() ? '█' : '·');
        }
        return String.format(
                Locale.ROOT,
                "%s%n  0 %s 1  the draw %.4f lies in %.4f to %.4f: %s",
                could,
                style(bar.toString(), Style.fg_yellow),
                draw,
                token.from(),
                token.to(),
                style(chosen, Style.bold, Style.fg_green));
    }

    private static List<String> aligned(List<String> names, List<String> cells) {
        List<String> padded = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            padded.add(" ".repeat(Math.max(0, width(names.get(i)) - cells.get(i).length())) + cells.get(i));
        }
        return padded;
    }

    private static String row(String rank, String token, List<String> cells) {
        StringBuilder row = new StringBuilder();
        row.append(" ".repeat(Math.max(0, 7 - rank.length())))
                .append(rank)
                .append("  ")
                .append(token);
        row.append(" ".repeat(Math.max(0, TOKEN - Visible.width(token))));
        cells.forEach(cell -> row.append("  ")
                .append(" ".repeat(Math.max(0, width(cell) - cell.length())))
                .append(cell));
        return row.toString();
    }

    /** Returns the width of a column with this title. */
    private static int width(String name) {
        return Math.max(9, name.length());
    }

    private static String tail(String text) {
        int[] points = text.codePoints().toArray();
        int cut = Math.max(0, points.length - TAIL);
        return (cut > 0 ? "…" : "") + Visible.line(new String(points, cut, points.length - cut));
    }

    private static String percent(double probability) {
        return probability < 0.00005 ? "< 0.01 %" : String.format(Locale.ROOT, "%.2f %%", 100 * probability);
    }

    private static String nats(double entropy) {
        return String.format(Locale.ROOT, "%.2f nats", entropy);
    }

    private String style(String text, Style... styles) {
        return ansi.enabled() ? Style.on(styles) + text + Style.reset.on() : text;
    }
}
