"""Numbers read the quick way are those that float() reads."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.domain.number_text import number, plain_number


@given(st.decimals(min_value=-(10**30), max_value=10**30, allow_nan=False, places=12))
def test_plain_digits_are_read_alike(value: object) -> None:
    text = format(value, "f")
    assert plain_number(text) == number(text) == float(text)


@pytest.mark.parametrize("text", ["1.", ".5", "007", "1e999", "+1", "1_0"])
def test_what_json_does_not_know_is_read_as_python_reads_it(text: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        plain_number(text)
    assert number(text) == float(text)


@pytest.mark.parametrize("text", ["", "abc", "1.2.3", "0x10", "--1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="could not convert"):
        number(text)
