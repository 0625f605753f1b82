package io.github.gpt2djl.internal.files;

import java.util.Set;
import java.util.regex.Pattern;

/** The names of Python that a pickle with tensors may refer to. */
final class PickleNames {
    /**
     * The names that torch.load(weights_only=True) looks up for data, in modules of Python 2 and 3; storages and other
     * types of torch are in {@link #TORCH}.
     */
    private static final Set<String> NAMES = Set.of(
            "collections OrderedDict",
            "collections Counter",
            "torch._utils _rebuild_tensor",
            "torch._utils _rebuild_tensor_v2",
            "torch._utils _rebuild_parameter",
            "torch._utils _rebuild_parameter_with_state",
            "torch._tensor _rebuild_from_type_v2",
            "torch.nn.parameter Parameter",
            "torch.storage UntypedStorage",
            "torch.serialization _get_layout",
            "torch Tensor",
            "torch Size",
            "torch device",
            "_codecs encode",
            "builtins bytearray",
            "builtins set",
            "builtins complex",
            "__builtin__ bytearray",
            "__builtin__ set",
            "__builtin__ complex");

    /** The storages and element types of torch. */
    private static final Pattern TORCH = Pattern.compile(
            "torch ([A-Za-z0-9]+Storage"
                    + "|(float|bfloat|complex|u?int|quint|qint)\\d+(_e\\dm\\d[a-z]*|x\\d)?|bool|u?int8|double|half|float|long|short)");

    private PickleNames() {}

    /**
     * Tells whether a name stands for data.
     *
     * @param name a module and a name, with a space between them
     */
    static boolean isKnown(String name) {
        return NAMES.contains(name) || TORCH.matcher(name).matches();
    }
}
