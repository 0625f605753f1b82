package io.github.gpt2djl;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The device that computes.
 *
 * <pre>{@code
 * LoadOptions options = new LoadOptions(Precision.FP32, DeviceChoice.parse("cpu"), 0, ModelSource.local());
 * try (Gpt2 model = Gpt2.load("shakespeare", options)) {
 *     System.out.println(model.device()); // cpu
 * }
 * }</pre>
 *
 * @param kind the kind of device
 * @param index the GPU's index in CUDA's order, from 0; 0 for other devices
 */
public record DeviceChoice(Kind kind, int index) {
    /** A GPU if PyTorch can compute on one, else the processor. */
    public static final DeviceChoice AUTO = new DeviceChoice(Kind.AUTO, 0);

    /** The processor. */
    public static final DeviceChoice CPU = new DeviceChoice(Kind.CPU, 0);

    /** The first CUDA GPU. */
    public static final DeviceChoice GPU = new DeviceChoice(Kind.GPU, 0);

    private static final Pattern NUMBERED = Pattern.compile("gpu:(\\d{1,4})");

    /** The kind of a device. */
    public enum Kind {
        /** The library's choice. */
        AUTO,
        /** The processor. */
        CPU,
        /** A CUDA GPU. */
        GPU
    }

    /**
     * Checks the index.
     *
     * @param kind the kind of device
     * @param index from 0; 0 unless the device is a GPU
     * @throws IllegalArgumentException if the index is out of range
     */
    public DeviceChoice {
        if (index < 0 || (index > 0 && kind != Kind.GPU)) {
            throw new IllegalArgumentException("device " + kind.name().toLowerCase(Locale.ROOT) + " has index " + index
                    + ", expected " + (kind == Kind.GPU ? "0 or more" : "0"));
        }
    }

    /**
     * Reads {@code auto}, {@code cpu}, {@code gpu} or {@code gpu:1}.
     *
     * @param text one of these, in any case
     * @return the device
     * @throws IllegalArgumentException if {@code text} is none of these
     */
    public static DeviceChoice parse(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        for (DeviceChoice choice : new DeviceChoice[] {AUTO, CPU, GPU}) {
            if (choice.kind.name().toLowerCase(Locale.ROOT).equals(name)) {
                return choice;
            }
        }
        Matcher numbered = NUMBERED.matcher(name);
        if (!numbered.matches()) {
            throw new IllegalArgumentException("device is " + text + ", expected auto, cpu, gpu or, of several, gpu:1");
        }
        return new DeviceChoice(Kind.GPU, Integer.parseInt(numbered.group(1)));
    }

    /** {@return whether the device is a GPU} */
    public boolean isGpu() {
        return kind == Kind.GPU;
    }

    /** {@return the text that {@link #parse} reads; a GPU's includes its index} */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + (isGpu() ? ":" + index : "");
    }
}
