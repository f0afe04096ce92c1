"""Every message of the corpus, damaged value by value: reading never raises, and what is no number is never told."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from desktop.venues.conformance import Case, Corpus, corpus_from, said

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "conformance"
CORPORA: dict[str, Corpus] = {
    path.stem: corpus_from(path.read_bytes().splitlines(), path.name) for path in sorted(FOLDER.glob("*.jsonl"))
}
DAMAGE: tuple[Any, ...] = (None, "", 0, -1, True, "NaN", "Infinity", "1e400", "-1", " 1", 10**30, "١", [], {})
DECIMALS = frozenset({"price", "quantity", "mark", "index", "last", "coins", "bid", "ask"})
FLOORS = frozenset({"usd", "turnover_usd", "drop"})
Facts = dict[str, object]


def readable(venue: str) -> Iterator[tuple[Case, Any]]:
    """Yield the cases whose frame is JSON, with it."""
    for case in CORPORA[venue].cases:
        try:
            yield case, json.loads(case.frame)
        except ValueError:
            continue


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def replaced(value: Any, path: tuple[Any, ...], new: object) -> Any:
    whole = place = deepcopy(value)
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return whole


def text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def wrong(facts: Facts) -> str:
    """Return what in a message is no number that can be; empty if nothing is."""
    for name, value in facts.items():
        if isinstance(value, float) and not math.isfinite(value):
            return name
        if name in DECIMALS and isinstance(value, str) and not 0 < float(value) < 1e300:
            return name
        if name in FLOORS and isinstance(value, float) and value < 0:
            return name
    return ""


@pytest.mark.parametrize("venue", CORPORA)
def test_a_damaged_value_is_never_a_number_and_never_ends_the_reading(venue: str) -> None:
    for case, frame in readable(venue):
        for path in leaves(frame):
            if not path:
                continue
            for bad in DAMAGE:
                found = said(case, CORPORA[venue].instruments, text(replaced(frame, path, bad)))
                assert not any(map(wrong, found)), (case.name, path, bad, found)


def with_more(value: Any) -> Any:
    """Return the frame with a key that nobody knows in each of its objects."""
    if isinstance(value, dict):
        return {**{key: with_more(inner) for key, inner in value.items()}, "zzNew": {"a": [None, 1, "x"]}}
    return [with_more(inner) for inner in value] if isinstance(value, list) else value


def told(found: list[Facts]) -> list[Facts]:
    """Return what was told of the market, without the places at which reading stopped."""
    return [
        {name: value for name, value in facts.items() if name not in ("offset", "reason")}
        for facts in found
        if facts["kind"] != "status"
    ]


@pytest.mark.parametrize("venue", CORPORA)
def test_keys_that_nobody_knows_and_blanks_change_nothing(venue: str) -> None:
    table = CORPORA[venue].instruments
    for case, frame in readable(venue):
        as_it_is = told(said(case, table, text(frame)))
        assert told(said(case, table, text(with_more(frame)))) == as_it_is, case.name
        assert told(said(case, table, json.dumps(frame, indent=1))) == as_it_is, case.name


@pytest.mark.parametrize(
    ("venue", "channel", "frame"),
    [
        ("okx", "GET /api/v5/public/instruments?instType=SWAP", '{"code":"0","data":null}'),
        ("binance", "GET /fapi/v1/exchangeInfo", '{"symbols":null}'),
        ("binance", "/stream", '{"stream":"x","data":{"e":{}}}'),
        ("hyperliquid", "/ws", '{"channel":[],"data":[]}'),
    ],
)
def test_what_should_be_a_list_or_a_name_and_is_none_is_told_of(venue: str, channel: str, frame: str) -> None:
    (message,) = said(Case("damaged", venue, channel, frame, ()), (), frame)
    assert message["kind"] in ("status", "unparsed")
