package io.github.gpt2djl.internal.files;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Reads a pickle that holds tensors, storages and dictionaries, and nothing else.
 *
 * <p>A pickle is a program that may name any function of Python. This machine knows a handful of data opcodes, looks
 * every name up in a list of data types, and calls nothing: results of REDUCE are plain records. An opcode or a name
 * outside the lists is rejected.
 *
 * @see <a href="https://github.com/python/cpython/blob/3.13/Lib/pickletools.py">the opcodes</a>
 */
final class Pickle {
    private static final Object MARK = new Object();

    private final ByteBuffer in;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private final List<Reference> references;

    /** A name that the pickle refers to, as {@code module name}. */
    record Global(String name) {}

    /** A function's name with the arguments it would be called with. */
    record Call(Global function, List<?> arguments) {}

    /** A reference to data outside of the pickle, that is, to a storage. */
    record Reference(List<?> fields) {}

    /** An error of the pickle, with its place. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String problem) {
            super(problem);
        }
    }

    /** Python's None. */
    enum None {
        NONE
    }

    private Pickle(ByteBuffer in, List<Reference> references) {
        this.in = in.order(ByteOrder.LITTLE_ENDIAN);
        this.references = references;
    }

    /** Reads the object that the pickle describes: a Map, List, String, Long, Boolean, Call, Reference or Global. */
    static Object read(byte[] bytes) throws Malformed {
        return read(ByteBuffer.wrap(bytes), new ArrayList<>());
    }

    /**
     * Reads the pickle at a buffer's position, as {@link #read(byte[])} does. The position is behind the pickle
     * afterwards.
     *
     * @param references the list to which every reference of the pickle is added
     */
    static Object read(ByteBuffer in, List<Reference> references) throws Malformed {
        Pickle pickle = new Pickle(in, references);
        try {
            return pickle.run();
        } catch (BufferUnderflowException
                | NoSuchElementException
                | ClassCastException
                | UnsupportedOperationException
                | IndexOutOfBoundsException e) {
            throw new Malformed("the pickle is damaged near byte " + pickle.in.position());
        }
    }

    private Object run() throws Malformed {
        while (true) {
            int at = in.position();
            int op = in.get() & 255;
            switch (op) {
                case 0x80 -> version(in.get());
                case 'c' -> stack.push(global(line(), line()));
                case 'q' -> memo.put(in.get() & 255, top());
                case 'r' -> memo.put(in.getInt(), top());
                case 'h' -> stack.push(recall(in.get() & 255));
                case 'j' -> stack.push(recall(in.getInt()));
                case '(' -> stack.push(MARK);
                case ')' -> stack.push(List.of());
                case ']' -> stack.push(new ArrayList<>());
                case '}' -> stack.push(new LinkedHashMap<>());
                case 't' -> stack.push(untilMark());
                case 0x85 -> stack.push(last(1));
                case 0x86 -> stack.push(last(2));
                case 0x87 -> stack.push(last(3));
                case 'X' -> stack.push(text(in.getInt()));
                // This is a str of Python 2.
                case 'U' -> stack.push(text(in.get() & 255));
                case 0x8f -> stack.push(new ArrayList<>());
                case 'J' -> stack.push((long) in.getInt());
                case 'K' -> stack.push((long) (in.get() & 255));
                case 'M' -> stack.push((long) (in.getShort() & 0xffff));
                case 0x8a -> stack.push(longInteger(in.get() & 255));
                case 'G' -> stack.push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
                case 0x88 -> stack.push(true);
                case 0x89 -> stack.push(false);
                case 'N' -> stack.push(None.NONE);
                case 'Q' -> {
                    Reference reference = new Reference((List<?>) stack.pop());
                    references.add(reference);
                    stack.push(reference);
                }
                // The second opcode makes an object of a class.
                case 'R', 0x81 -> stack.push(call((List<?>) stack.pop(), (Global) stack.pop()));
                case 's' -> put(last(2));
                case 'u' -> put(untilMark());
                case 'a' -> append(last(1));
                case 'e' -> append(untilMark());
                case 'b' -> stack.pop(); // BUILD: attributes such as _metadata are of no use here
                case '.' -> {
                    return stack.pop();
                }
                default ->
                    throw new Malformed(String.format(
                            Locale.ROOT,
                            "the pickle has opcode 0x%02x at byte %d, which no list of tensors needs; the file is not"
                                    + " a plain state_dict, or it is malicious",
                            op,
                            at));
            }
        }
    }

    private static void version(byte protocol) throws Malformed {
        if (protocol != 2 && protocol != 3) {
            throw new Malformed("the pickle has protocol " + protocol
                    + ", expected 2 or 3, as torch.load reads; save it" + " again without pickle_protocol=" + protocol);
        }
    }

    private static Global global(String module, String name) throws Malformed {
        String both = module + " " + name;
        if (!PickleNames.isKnown(both)) {
            throw new Malformed("the pickle names " + module + "." + name
                    + ", expected only tensors, storages and dictionaries; nothing of it was run");
        }
        return new Global(both);
    }

    /** Makes an empty OrderedDict, which SETITEMS fills. Every other call stays a record. */
    private static Object call(List<?> arguments, Global function) {
        return function.name().equals("collections OrderedDict")
                ? new LinkedHashMap<>()
                : new Call(function, arguments);
    }

    private Object top() {
        return stack.getFirst();
    }

    private Object recall(int index) throws Malformed {
        Object value = memo.get(index);
        if (value == null) {
            throw new Malformed("the pickle recalls object " + index + ", which it has not stored");
        }
        return value;
    }

    private List<Object> last(int count) {
        Object[] values = new Object[count];
        for (int i = count - 1; i >= 0; i--) {
            values[i] = stack.pop();
        }
        return List.of(values);
    }

    private List<Object> untilMark() {
        Deque<Object> values = new ArrayDeque<>();
        for (Object value = stack.pop(); value != MARK; value = stack.pop()) {
            values.addFirst(value);
        }
        return List.copyOf(values);
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> keysAndValues) throws Malformed {
        Map<Object, Object> map = (Map<Object, Object>) top();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            if (key instanceof List || key instanceof Map || key instanceof Call || key instanceof Reference) {
                // The hash of such a key could recurse without end.
                throw new Malformed("the pickle has a dictionary with a key that is neither a text nor a number");
            }
            map.put(key, keysAndValues.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> values) {
        ((List<Object>) top()).addAll(values);
    }

    private String text(int length) throws Malformed {
        if (length < 0 || length > in.remaining()) {
            throw new Malformed("the pickle has a text of " + length + " bytes, expected at most " + in.remaining());
        }
        byte[] utf8 = new byte[length];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private String line() {
        int start = in.position();
        while (in.get() != '\n') {
            // to the end of the line
        }
        byte[] line = new byte[in.position() - 1 - start];
        in.get(start, line);
        return new String(line, StandardCharsets.UTF_8);
    }

    /** Reads a Long, or a BigInteger if the number is longer. */
    private Object longInteger(int length) {
        byte[] bigEndian = new byte[length];
        for (int i = length - 1; i >= 0; i--) {
            bigEndian[i] = in.get();
        }
        BigInteger value = length == 0 ? BigInteger.ZERO : new BigInteger(bigEndian);
        return length > Long.BYTES ? value : (Object) value.longValueExact();
    }
}
