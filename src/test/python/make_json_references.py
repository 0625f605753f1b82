"""What Python's json makes of texts that are nearly JSON; JsonTextTest compares with it. Needs no packages."""

import json
import pathlib

TEXTS = [
    "{}", " \t\r\n{ } \n", "[]", "1", '"a"', "null", "true", "", " ", "{", "[1", '"a', "{}{}", "{} x", "[1] ]",
    '{"a": 1, "a": 2}', '{"a": {"b": 1}, "c": 2, "a": 3}', '{"a": NaN}', '{"a": [Infinity, -Infinity]}', "NaN",
    '{"NaN": "a NaN b", "Infinity": "\\"NaN", "c": NaN}', '{"a": "\\\\", "b": NaN}', '{"a": -NaN}', '{"a": +Infinity}',
    '{"a": nan}', '{"a": inf}', '{"a": NaNs}', '{NaN: 1}', '{"a": NaN"b"}', '["NaN" NaN]',
    "{'a': 1}", "{a: 1}", '{"a": b}', '{"a": True}', '{"a": None}', '{"a": NULL}', '{"a" = 1}', '{"a" => 1}',
    '{"a": 1; "b": 2}', '{"a": 1,}', "[1,]", "[,1]", "[1,,2]", "[1 2]", '{"a"}', '{"a":}', '{"a": 1 "b": 2}', '{1: 2}',
    '{"a": 1} // end', '/* a */ {"a": 1}', '# a\n{"a": 1}', ")]}'\n{}", "[01]", "[+1]", "[.5]", "[5.]", "[1e]", "[-]",
    "[0x10]", "[1_000]", "[-0, 0.0, 1e5, 1E+5, 1e-5, -1.5]", "[1e999]", "[123456789012345678901234567890]",
    '["\\u00e9\\ud83d\\ude00\\ud800"]', '["\\u12"]', '["\\x41"]', "['a']", '["\\\'"]', '["\\/\\b\\f\\n\\r\\t\\"\\\\"]',
    '["a\tb"]', '["a\nb"]', '["a\u0000b"]', '["a\u007f\u2028\u2029b"]', "[\u00a01]", "[1\u000c]", '{"": 1}',
    "[" * 200 + "]" * 200, "[" * 200 + "]" * 199, '{"a": [1, {"b": [true, false, null]}]}', "tru", "truee", "[truefalse]",
]


def shown(value):
    """Gson has no number that is none: JsonText gives its name."""
    if isinstance(value, float) and value != value:
        return "NaN"
    if isinstance(value, float) and abs(value) == float("inf"):
        return "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [shown(each) for each in value]
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    return value


def main():
    rows = []
    for text in TEXTS:
        try:
            rows.append({"text": text, "read": True, "value": shown(json.loads(text))})
        except json.JSONDecodeError:
            rows.append({"text": text, "read": False})
    path = pathlib.Path(__file__).parent.parent / "resources/reference/json.json"
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


main()
