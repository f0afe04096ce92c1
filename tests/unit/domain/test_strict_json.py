"""Strict JSON: the same as the standard reader where that is sound, words for everything else."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.strict_json import Inexact, strict_json

numbers = st.integers(-(10**90), 10**90) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_sound_text_is_read_as_it_was_written(value: Any) -> None:
    assert strict_json(json.dumps(value).encode()) == value
    assert strict_json(json.dumps(value, ensure_ascii=False, indent=2).encode(errors="ignore")) is not ...


def test_a_number_with_a_point_remembers_its_text() -> None:
    found = strict_json(b"[1.10, 1e400]")
    assert isinstance(found, list)
    assert [number.text for number in found] == ["1.10", "1e400"]
    assert isinstance(found[0], Inexact)
    assert math.isinf(found[1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b'{"a": {"b": 1, "b": 1}}', "'b' stands there twice"),
        (b"[NaN]", "NaN is no number"),
        (b"[-Infinity]", "-Infinity is no number"),
        (b"1" * 101, "101 digits"),
        (b"[" * 65 + b"]" * 65, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[1,]", "line 1, column"),
        (b'["\xc3"]', "byte 2 is not UTF-8"),
        (b"\xef\xbb\xbf1", "not JSON"),
    ],
)
def test_anything_else_is_refused_with_its_file(text: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=f"^f.json: .*{words}"):
        strict_json(text, where="f.json")


def test_brackets_in_text_do_not_count_as_depth() -> None:
    assert strict_json(json.dumps(["[" * 200 + '"\\']).encode()) == ["[" * 200 + '"\\']
    assert strict_json(b"[" * 64 + b"]" * 64)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        strict_json(data)
    except BadInput:
        return
    json.loads(data)
