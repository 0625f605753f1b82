package io.github.gpt2djl.internal.decoder;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the few opcodes of pickle protocol 2 that a module needs; Python's pickletools names them. */
final class PickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    PickleWriter() {
        op(0x80).op(2); // PROTO 2
    }

    /** Begins an object; names and values of its attributes follow in turn. */
    PickleWriter beginObject(String module, String name) {
        return global(module, name).emptyTuple().op(0x81).op('}').op('('); // NEWOBJ EMPTY_DICT MARK
    }

    PickleWriter endObject() {
        return op('u').op('b'); // SETITEMS BUILD
    }

    PickleWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return op('X').int32(utf8.length).raw(utf8); // BINUNICODE
    }

    /**
     * Writes a value by its type in TorchScript.
     *
     * @throws ClassCastException if the value is of another type
     */
    PickleWriter value(String type, Object value) {
        return switch (type) {
            case "bool" -> op((Boolean) value ? 0x88 : 0x89); // NEWTRUE, NEWFALSE
            case "int" -> op('J').int32((Integer) value); // BININT
            case "float" ->
                op('G').raw(ByteBuffer.allocate(8).putDouble((Double) value).array()); // BINFLOAT
            case "str" -> text((String) value);
            case "List[bool]" -> list("build_boollist", "bool", (List<?>) value);
            case "List[float]" -> list("build_doublelist", "float", (List<?>) value);
            default -> throw new ClassCastException("no value of type " + type + " can be written");
        };
    }

    private PickleWriter list(String builder, String type, List<?> values) {
        global("torch.jit._pickle", builder).op(']').op('(');
        values.forEach(value -> value(type, value));
        return op('e').op(0x85).op('R'); // APPENDS TUPLE1 REDUCE
    }

    /** Writes an empty list of tensors or of a native class. */
    PickleWriter emptyList(String type) {
        return type.equals("List[Tensor]")
                ? list("build_tensorlist", "Tensor", List.of())
                : global("torch.jit._pickle", "restore_type_tag")
                        .op(']')
                        .text(type)
                        .op(0x86)
                        .op('R'); // TUPLE2 REDUCE
    }

    PickleWriter emptyTuple() {
        return op(')');
    }

    byte[] stop() {
        return op('.').out.toByteArray();
    }

    private PickleWriter global(String module, String name) {
        return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private PickleWriter int32(int value) {
        return raw(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private PickleWriter raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private PickleWriter op(int code) {
        out.write(code);
        return this;
    }
}
