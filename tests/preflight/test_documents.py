"""YAML and JSON as plain values, and text that is refused."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpsearch.errors import DefinitionError, Problem
from hpsearch.preflight.document import parse_document


def problem_with(text: str) -> Problem:
    with pytest.raises(DefinitionError) as caught:
        parse_document(text)
    (problem,) = caught.value.problems
    assert problem.next_step.endswith(".")
    return problem


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-4", 1e-4),
        ("1E5", 1e5),
        ("-2.5e+3", -2500.0),
        (".5", 0.5),
        ("3.", 3.0),
        ("12", 12),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("017", 17),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("true", True),
        ("False", False),
        ("no", "no"),
        ("on", "on"),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1e-4'", "1e-4"),
        ('"true"', "true"),
        ("1e-4x", "1e-4x"),
        ("[1, 1e-2, a]", [1, 0.01, "a"]),
        ("{a: {b: 1}}", {"a": {"b": 1}}),
        ("|\n  12\n", "12\n"),
    ],
)
def test_words_and_numbers_are_read_as_yaml_1_2_reads_them(text: str, value: Any) -> None:
    found = parse_document(f"key: {text}")["key"]
    assert (type(found), found) == (type(value), value)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=9,
)


@given(
    content=st.dictionaries(st.text(max_size=5), plain, min_size=1, max_size=4), indent=st.sampled_from([None, 2, "\t"])
)
def test_json_is_read_as_json(content: dict[str, Any], indent: Any) -> None:
    text = json.dumps(content, indent=indent)
    if "\\u0000" in text or "\\ud" in text:  # text that the check below refuses, or may refuse
        return
    assert parse_document(text) == content


@pytest.mark.parametrize(
    ("text", "path", "value", "rule"),
    [
        ("", "", "", "the definition is empty"),
        ("# only a remark\n", "", "", "the definition is empty"),
        ("- 1\n- 2\n", "", "[1, 2]", "a definition is a section with keys"),
        ("word", "", "'word'", "a definition is a section with keys"),
        ("data: 1\nnetwork: 2\ndata: 3\n", "data", "again in line 3", "the same key is given twice"),
        ("a:\n  b: {c: 1, c: 2}\n", "a.b.c", "again in line 2", "the same key is given twice"),
        ('{"a": 1,\n "a": 2}', "", "'a'", "the same key is given twice"),
        ("a: [1\nb: 2\n", "", "line 2, column 2", "cannot be read as YAML"),
        ("a:\n\tb: 1\n", "", "line 2, column 1", "cannot be read as YAML: found character '\\t'"),
        ("a: 1\n---\nb: 2\n", "", "line 2, column 1", "another document"),
        ("a: &x [1]\nb: *x\n", "", "line 2, column 4", "aliases are not read, write the value out"),
        ("a: !!python/object/apply:os.getcwd []\n", "", "line 1, column 4", "tags are not read"),
        ("a: !!int '3'\n", "", "line 1, column 4", "tags are not read"),
        ("a: " + "[" * 30 + "]" * 30, "", "line 1, column 23", "more than 20 levels"),
        ('{"a":' * 3000 + "1" + "}" * 3000, "", "", "nested too deeply"),
        ('{"a":' * 30 + "1" + "}" * 30, "", "a.a.a", "nested too deeply"),
        ("1: a\n", "", "1 in line 1", "keys are words"),
        ("a: {true: 1}\n", "a", "True in line 1", "keys are words"),
        ("? [1, 2]\n: a\n", "", "[1, 2] in line 1", "keys are words"),
        ("a: {b: .inf}\n", "a.b", "inf", "numbers must be finite"),
        ("a: [1, .nan]\n", "a[1]", "nan", "numbers must be finite"),
        ('{"a": NaN}', "a", "nan", "numbers must be finite"),
        ('{"a": 1e999}', "a", "inf", "numbers must be finite"),
        ('a: "\\0"\n', "a", "'\\x00'", "a character that cannot be stored"),
        ('{"a": "\\ud800"}', "a", "'\\ud800'", "a character that cannot be stored"),
        ('{"\\ud800": 1}', "", "'\\ud800'", "a character that cannot be stored"),
        ("a: \x07\n", "", "", "cannot be read as YAML"),
        ("a: " + "9" * 5000, "a", "'" + "9" * 38 + "…", "too many digits"),
        ('{"a": ' + "9" * 5000 + "}", "", "", "too many digits"),
        ("a: " + "x" * 100_000, "", "100003 characters", "the definition is too long"),
    ],
)
def test_what_is_no_definition_is_refused_with_its_place(text: str, path: str, value: str, rule: str) -> None:
    problem = problem_with(text)
    assert (problem.path, problem.value) == (path, value)
    assert rule in problem.message


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert parse_document("\ufeffa: 1") == {"a": 1}
    assert parse_document('\ufeff{"a": 1}') == {"a": 1}


def test_a_section_in_braces_is_yaml_too() -> None:
    assert parse_document("{a: 1e-3, b: [x]}") == {"a": 1e-3, "b": ["x"]}


@given(text=st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = parse_document(text)
    except DefinitionError:
        return
    assert math.isfinite(len(json.dumps(found, allow_nan=False)))
