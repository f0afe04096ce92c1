"""The corpus shipped with Seawall, and the runner that reads it."""

import json
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.venues.conformance import Case, Corpus, corpus_from, misread
from desktop.venues.reading import READABLE_VENUES

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "conformance"
CORPORA: dict[str, Corpus] = {
    path.stem: corpus_from(path.read_bytes().splitlines(), path.name) for path in sorted(FOLDER.glob("*.jsonl"))
}
EVERY = [(venue, case) for venue, corpus in CORPORA.items() for case in corpus.cases]


def test_every_venue_that_can_be_read_has_cases() -> None:
    assert set(CORPORA) == set(READABLE_VENUES)
    assert all(case.venue == venue for venue, case in EVERY)
    names = [(venue, case.name) for venue, case in EVERY]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("venue", "case"), EVERY, ids=[f"{venue}: {case.name}" for venue, case in EVERY])
def test_the_message_says_what_it_must(venue: str, case: Case) -> None:
    assert misread(case, CORPORA[venue].instruments) is None


@pytest.mark.parametrize("venue", READABLE_VENUES)
def test_each_venue_shows_both_sides_and_each_kind_of_damage(venue: str) -> None:
    expected = [entry for case in CORPORA[venue].cases for entry in case.expect]
    assert {entry.get("side") for entry in expected if entry["kind"] == "liquidation"} - {None} == {"long", "short"}
    assert {entry.get("side") for entry in expected if entry["kind"] == "trade"} - {None} == {"buy", "sell"}
    assert {"liquidation", "trade", "mark", "open_interest", "status", "unparsed"} <= {e["kind"] for e in expected}
    names = " ".join(case.name for case in CORPORA[venue].cases)
    for words in ("break", "keys nobody knows yet", "another venue", "again after a new"):
        assert words in names


def test_a_misread_message_is_told_in_words() -> None:
    table = CORPORA["bybit"].instruments
    row = {"T": 1790000000123, "s": "BTCUSDT", "S": "Buy", "v": "1", "p": "80000"}
    frame = json.dumps({"topic": "allLiquidation.BTCUSDT", "ts": 1790000000123, "data": [row]})

    def told(*expect: dict[str, object]) -> str | None:
        return misread(Case("x", "bybit", "/v5/public/linear", frame, expect), table)

    assert told({"kind": "liquidation", "side": "long", "usd": 80_000}) is None
    assert told({"kind": "liquidation", "side": "short"}) == "side of the liquidation is 'long', not 'short'"
    assert told({"kind": "liquidation", "colour": 1}) == "liquidation says nothing about colour"
    assert told() == "0 messages are in it, read were: liquidation"


@pytest.mark.parametrize("line", [b"{", b'{"name":"x"}', b"[]"])
def test_a_broken_corpus_names_file_and_line(line: bytes) -> None:
    head = b'{"seawall_conformance":1,"instruments":[]}'
    with pytest.raises(BadInput, match=r"x\.jsonl, line 2"):
        corpus_from([head, line], "x.jsonl")
    with pytest.raises(BadInput, match=r"x\.jsonl, line 1"):
        corpus_from([line], "x.jsonl")
