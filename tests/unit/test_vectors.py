"""The runner of worked examples: our own examples hold, and whatever does not hold is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.vectors.__main__ import main
from tests.vectors.calls import CALLS
from tests.vectors.comparison import same

_OWN = Path(__file__).parents[1] / "vectors" / "own_examples.json"


def _file(tmp_path: Path, *vectors: dict[str, object]) -> str:
    path = tmp_path / "vectors.json"
    path.write_text(json.dumps({"vectors": vectors}), encoding="utf-8")
    return str(path)


def _breadth(**changes: object) -> dict[str, object]:
    vector = {"id": "B", "call": "breadth", "inputs": {"symbols": 4, "hit": 1}, "expected": {"breadth": 0.25}}
    return vector | changes


def test_own_examples_hold_and_cover_every_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(_OWN)]) == 0
    lines = capsys.readouterr().out.splitlines()
    vectors = json.loads(_OWN.read_text(encoding="utf-8"))["vectors"]
    assert lines[-1] == f"{len(vectors)} passed, 0 failed"
    assert len(lines) == len(vectors) + 1
    assert {vector["call"] for vector in vectors} == set(CALLS)
    assert len(CALLS) == 62


def test_a_wrong_result_is_named_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([_file(tmp_path, _breadth(), _breadth(id="C", expected={"breadth": 0.26}))]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out == ["ok   B breadth", "FAIL C breadth: breadth is 0.25, expected 0.26", "1 passed, 1 failed"]


def test_an_unknown_call_is_a_failure_that_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([_file(tmp_path, _breadth(call="breath"))]) == 1
    assert "unknown call 'breath'" in capsys.readouterr().out


def test_a_result_that_the_call_does_not_give_is_a_failure(tmp_path: Path) -> None:
    assert main([_file(tmp_path, _breadth(expected={"share": 0.25}))]) == 1


@pytest.mark.parametrize(
    ("call", "inputs", "words"),
    [
        ("funding_8h", {"rate": 1, "interval_h": 0}, "ZeroDivisionError"),
        ("maintenance_margin_hyperliquid", {"tiers": [], "notional": 1}, "IndexError"),
        ("kyle_lambda", {"flow": [1, 2], "ret_bps": [1]}, "ValueError"),
    ],
)
def test_arguments_no_formula_can_take_are_a_failure_not_a_crash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: str, inputs: dict[str, object], words: str
) -> None:
    assert main([_file(tmp_path, {"id": "A", "call": call, "inputs": inputs, "expected": {"x": 1}}, _breadth())]) == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith(f"FAIL A {call}: {words}")
    assert out[-1] == "1 passed, 1 failed"


@pytest.mark.parametrize(
    ("vector", "words"),
    [
        ({"id": "B", "call": "breadth", "inputs": {}}, ("vector B", "expected")),
        (_breadth(inputs={"symbols": 4}), ("vector B", "hit")),
        (_breadth(inputs={"symbols": "four", "hit": 1}), ("vector B", "$.symbols")),
        (_breadth(inputs={"symbols": 4, "hit": 1, "missed": 3}), ("vector B", "missed")),
        ({"call": "breadth", "inputs": {}, "expected": {}}, ("vector number 1", "id")),
        (_breadth(tolerance_rel="close"), ("vector B", "$.tolerance_rel")),
    ],
)
def test_a_bad_file_ends_with_three_and_names_vector_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], vector: dict[str, object], words: tuple[str, ...]
) -> None:
    assert main([_file(tmp_path, vector)]) == 3
    streams = capsys.readouterr()
    assert streams.out == ""
    assert all(word in streams.err for word in words)


@pytest.mark.parametrize("text", ["{", '{"vectors": 3}', "7", ""])
def test_what_is_no_vector_file_ends_with_three(tmp_path: Path, text: str) -> None:
    path = tmp_path / "vectors.json"
    path.write_text(text, encoding="utf-8")
    assert main([str(path)]) == 3
    assert main([str(tmp_path / "missing.json")]) == 3


def test_a_call_without_a_file_is_wrong_usage() -> None:
    assert main([]) == 2


def test_nothing_counts_as_equal_that_is_not() -> None:
    assert same(1.0 + 1e-10, 1, 1e-9)
    assert not same(1.0 + 1e-8, 1, 1e-9)
    assert not same(True, 1, 1e-9)
    assert not same(1, True, 1e-9)
    assert not same(0, None, 1e-9)
    assert not same(None, 0, 1e-9)
    assert not same([1.0, 2.0], [1.0], 1e-9)
    assert same({"98.00000000000001": 2.0}, {"98.0": 2}, 1e-9)
    assert not same({"98": 2.0, "99": 1.0}, {"98.0": 2}, 1e-9)
