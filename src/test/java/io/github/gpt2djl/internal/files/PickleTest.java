package io.github.gpt2djl.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Python's pickle.dumps(object, 2) wrote, and single opcodes as pickletools describes them. */
class PickleTest {
    /**
     * Of {@code {'one': 1, 'byte': 255, 'short': 65535, 'low': -1, 'int': 2147483647, 'long': -1099511627776, 'most':
     * 2**63-1, 'least': -2**63, 'half': 0.5, 'yes': True, 'no': False, 'none': None, 'list': [1, 2], 'empty': [], 't0':
     * (), 't1': (1,), 't2': (1, 2), 't3': (1, 2, 3), 't4': (1, 2, 3, 4), 'text': 'é漢', 'map': {'a': [3]}, 'single':
     * [7]}}.
     */
    private static final String PYTHON = "80027d71002858030000006f6e6571014b0158040000006279746571024bff5805000000"
            + "73686f727471034dffff58030000006c6f7771044affffffff5803000000696e7471054affffff7f58040000006c6f6e6771068a"
            + "060000000000ff58040000006d6f737471078a08ffffffffffffff7f58050000006c6561737471088a0800000000000000805804"
            + "00000068616c667109473fe00000000000005803000000796573710a8858020000006e6f710b8958040000006e6f6e65710c4e58"
            + "040000006c697374710d5d710e284b014b02655805000000656d707479710f5d7110580200000074307111295802000000743171"
            + "124b018571135802000000743271144b014b028671155802000000743371164b014b024b03877117580200000074347118284b01"
            + "4b024b034b04747119580400000074657874711a5805000000c3a9e6bca2711b58030000006d6170711c7d711d580100000061711e"
            + "5d711f4b036173580600000073696e676c6571205d71214b0761752e";

    @Test
    void whatPythonWrote() throws Pickle.Malformed {
        Map<?, ?> map = (Map<?, ?>) read(PYTHON);
        assertThat(map).hasSize(22);
        assertThat(map.get("one")).isEqualTo(1L);
        assertThat(map.get("byte")).isEqualTo(255L);
        assertThat(map.get("short")).isEqualTo(65535L);
        assertThat(map.get("low")).isEqualTo(-1L);
        assertThat(map.get("int")).isEqualTo(2147483647L);
        assertThat(map.get("long")).isEqualTo(-1099511627776L);
        assertThat(map.get("most")).isEqualTo(Long.MAX_VALUE);
        assertThat(map.get("least")).isEqualTo(Long.MIN_VALUE);
        assertThat(map.get("half")).isEqualTo(.5);
        assertThat(map.get("yes")).isEqualTo(true);
        assertThat(map.get("no")).isEqualTo(false);
        assertThat(map.get("none")).hasToString("NONE");
        assertThat(map.get("list")).isEqualTo(List.of(1L, 2L));
        assertThat(map.get("empty")).isEqualTo(List.of());
        assertThat(map.get("t0")).isEqualTo(List.of());
        assertThat(map.get("t1")).isEqualTo(List.of(1L));
        assertThat(map.get("t2")).isEqualTo(List.of(1L, 2L));
        assertThat(map.get("t3")).isEqualTo(List.of(1L, 2L, 3L));
        assertThat(map.get("t4")).isEqualTo(List.of(1L, 2L, 3L, 4L));
        assertThat(map.get("text")).isEqualTo("é漢");
        assertThat(map.get("map")).isEqualTo(Map.of("a", List.of(3L)));
        assertThat(map.get("single")).isEqualTo(List.of(7L));
    }

    @ParameterizedTest
    @CsvSource({
        // LONG1 of 0, 1 and 3 bytes.
        "8a00, 0",
        "8a01ff, -1",
        "8a017f, 127",
        "8a03ffff00, 65535",
        // BINPUT and LONG_BINPUT, then BINGET and LONG_BINGET.
        "4b0571ff4b0668ff, 5",
        "4b0572000100004b066a00010000, 5",
        "4b0571074b066a07000000, 5",
        // BUILD drops the state.
        "4b057d62, 5",
    })
    void eachOpcodeGivesItsNumber(String opcodes, long expected) throws Pickle.Malformed {
        assertThat(read("8002" + opcodes + "2e")).isEqualTo(expected);
    }

    @Test
    void anEmptyText() throws Pickle.Malformed {
        assertThat(read("800258000000002e")).isEqualTo("");
    }

    @Test
    void callsAndReferencesStayRecords() throws Pickle.Malformed {
        // ctorch._utils\n_rebuild_tensor_v2\n (a tuple of 1) R
        String name = HexFormat.of().formatHex("ctorch._utils\n_rebuild_tensor_v2\n".getBytes());
        assertThat(read("8002" + name + "4b018552" + "2e"))
                .isEqualTo(new Pickle.Call(new Pickle.Global("torch._utils _rebuild_tensor_v2"), List.of(1L)));
        String storage = HexFormat.of().formatHex("ctorch\nHalfStorage\n".getBytes());
        assertThat(read("8002" + storage + "4b01" + "86512e"))
                .isEqualTo(new Pickle.Reference(List.of(new Pickle.Global("torch HalfStorage"), 1L)));
        String dictionary = HexFormat.of().formatHex("ccollections\nOrderedDict\n".getBytes());
        assertThat(read("8002" + dictionary + "29522e")).isEqualTo(Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "800258050000006162, 'the pickle has a text of 5 bytes, expected at most 2'",
        "80028a09, the pickle is damaged near byte 4",
        "80026801, 'the pickle recalls object 1, which it has not stored'",
        "8004, 'the pickle has protocol 4, expected 2 or 3, as torch.load reads; save it again without pickle_protocol=4'",
        // A text that ends where the pickle does: what is missing is the end.
        "800258020000006162, the pickle is damaged near byte 9",
        "80024b, the pickle is damaged near byte 3",
        "800263616263, the pickle is damaged near byte 6",
    })
    void damageIsToldWithItsPlace(String hex, String message) {
        assertThatThrownBy(() -> read(hex)).isInstanceOf(Pickle.Malformed.class).hasMessage(message);
    }

    private static Object read(String hex) throws Pickle.Malformed {
        return Pickle.read(HexFormat.of().parseHex(hex));
    }
}
