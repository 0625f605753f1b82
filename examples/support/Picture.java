package support;

import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/** The lessons' plots: one style, written as PNG. */
public final class Picture {
    /** Told apart by those who see no red or no green, too (Okabe and Ito). */
    private static final Color[] COLORS = {
        new Color(0x0072B2),
        new Color(0xE69F00),
        new Color(0x009E73),
        new Color(0xCC79A7),
        new Color(0x56B4E9),
        new Color(0xD55E00)
    };

    private static final int WIDTH = 900;
    private static final int HEIGHT = 560;

    private Picture() {}

    /** An empty plot of lines or points. */
    public static XYChart plot(String title, String x, String y) {
        XYChart chart = new XYChart(WIDTH, HEIGHT);
        prepare(chart, title, x, y);
        chart.getStyler().setMarkerSize(7);
        return chart;
    }

    /** Logarithmic axes that hold these values: between powers of ten, and between whole numbers. */
    public static void logarithms(XYChart chart, Stream<Double> x, Stream<Double> y) {
        var tens = x.mapToDouble(Math::log10).summaryStatistics();
        var values = y.mapToDouble(Double::doubleValue).summaryStatistics();
        chart.getStyler()
                .setXAxisLogarithmic(true)
                .setYAxisLogarithmic(true)
                .setYAxisLogarithmicDecadeOnly(false)
                .setXAxisDecimalPattern("0E0")
                .setXAxisMin(Math.pow(10, Math.floor(tens.getMin())))
                .setXAxisMax(Math.pow(10, Math.ceil(tens.getMax())))
                .setYAxisMin(Math.floor(values.getMin()))
                .setYAxisMax(Math.ceil(values.getMax()));
    }

    /** An empty chart of bars. */
    public static CategoryChart bars(String title, String x, String y) {
        CategoryChart chart = new CategoryChart(WIDTH, HEIGHT);
        prepare(chart, title, x, y);
        chart.getStyler().setAvailableSpaceFill(0.9);
        return chart;
    }

    private static void prepare(Chart<? extends AxesChartStyler, ?> chart, String title, String x, String y) {
        chart.setTitle(title);
        chart.setXAxisTitle(x);
        chart.setYAxisTitle(y);
        AxesChartStyler styler = chart.getStyler();
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(new Color(0xDDDDDD));
        styler.setSeriesColors(COLORS);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        styler.setDecimalPattern("#,##0.####");
        styler.setLegendPosition(Styler.LegendPosition.OutsideS);
        styler.setLegendLayout(Styler.LegendLayout.Horizontal);
        styler.setLegendBorderColor(Color.WHITE);
    }

    /**
     * Writes a chart; an older picture stays until the new one is whole.
     *
     * @return the file's path
     */
    public static Path save(Chart<?, ?> chart, Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(name);
        Path partial = folder.resolve(name + ".part");
        try {
            Files.write(partial, BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG));
            return Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (InternalError | NoClassDefFoundError | UnsatisfiedLinkError | ExceptionInInitializerError e) {
            // Java's fonts come from the system.
            throw new IOException(
                    file + " cannot be drawn: " + e + "; install a font and fontconfig (fontconfig, fonts-dejavu-core)",
                    e);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
