package io.github.gpt2djl.internal.cli;

import io.github.gpt2djl.internal.files.WholeFile;
import io.github.gpt2djl.training.Evaluation;
import io.github.gpt2djl.training.TrainingRecord;
import java.awt.Color;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler;

/** A picture of a training's losses. */
final class LossCurve {
    private static final Color[] BLUE_AND_ORANGE = {new Color(0x0072B2), new Color(0xE69F00)};

    private LossCurve() {}

    /** Draws the picture, or prints one line that says why not: the training must not fail because of it. */
    static void draw(TrainingRecord record, Path file, PrintStream err) throws IOException {
        List<Evaluation> learned =
                record.curve().stream().filter(e -> e.trainingLoss() != null).toList();
        if (learned.isEmpty()) {
            return;
        }
        XYChart chart = new XYChart(900, 560);
        chart.setTitle("Loss");
        chart.setXAxisTitle("step");
        chart.setYAxisTitle("nats per token");
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotBorderVisible(false);
        chart.getStyler().setSeriesColors(BLUE_AND_ORANGE);
        chart.getStyler().setMarkerSize(5);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        chart.addSeries(
                "training, with dropout",
                learned.stream().map(Evaluation::step).toList(),
                learned.stream().map(Evaluation::trainingLoss).toList());
        chart.addSeries(
                "validation",
                record.curve().stream().map(Evaluation::step).toList(),
                record.curve().stream().map(Evaluation::validationLoss).toList());
        // A cache file would add a shutdown hook, which is impossible after Ctrl-C.
        ImageIO.setUseCache(false);
        try {
            WholeFile.write(file, BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG));
        } catch (InternalError | NoClassDefFoundError | UnsatisfiedLinkError | ExceptionInInitializerError e) {
            // Java uses the fonts of the system.
            err.println(file + " cannot be drawn: " + e
                    + "; install a font and fontconfig (fontconfig, fonts-dejavu-core)");
        }
    }
}
