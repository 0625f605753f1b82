package io.github.gpt2djl.inspection;

import java.util.List;

/**
 * The places to trace, and the changes to make.
 *
 * <pre>{@code
 * TraceOptions patterns = TraceOptions.of("*.hook_pattern");
 * TraceOptions ofTwoLayers = TraceOptions.of("blocks.0.*", "blocks.1.*");
 * TraceOptions withoutHead = patterns.with(Intervention.zero(Hook.Z.at(5)).ofHead(4));
 * }</pre>
 *
 * @param hooks names of places, in which {@code *} stands for any characters
 * @param interventions applied in the order of computation, and in this order at the same place
 */
public record TraceOptions(List<String> hooks, List<Intervention> interventions) {
    /**
     * All places but {@code hook_result}, whose numbers are as many as those of all heads' residual streams. Ask for
     * these by name.
     */
    public static final TraceOptions ALL = new TraceOptions(List.of("*"), List.of());

    /**
     * Copies the lists.
     *
     * @param hooks copied
     * @param interventions copied
     */
    public TraceOptions {
        hooks = List.copyOf(hooks);
        interventions = List.copyOf(interventions);
    }

    /**
     * Returns options for some places, without changes.
     *
     * @param hooks names of places, in which {@code *} stands for any characters; checked when a text is traced
     * @return the options
     */
    public static TraceOptions of(String... hooks) {
        return new TraceOptions(List.of(hooks), List.of());
    }

    /**
     * Returns these options with other changes.
     *
     * @param changes applied in the order of computation, and in this order at the same place
     * @return a copy
     */
    public TraceOptions with(Intervention... changes) {
        return with(List.of(changes));
    }

    /**
     * Returns these options with other changes.
     *
     * @param changes as for {@link #with(Intervention...)}
     * @return a copy
     */
    public TraceOptions with(List<Intervention> changes) {
        return new TraceOptions(hooks, changes);
    }
}
