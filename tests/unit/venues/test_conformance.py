"""The corpus shipped with Seawall, and the runner that reads it."""

import json
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput
from desktop.venues.binance import stream as binance_stream
from desktop.venues.binance.instruments import EXCHANGE_INFO
from desktop.venues.binance.poll import FUNDING_INFO
from desktop.venues.binance.poll import STATUS as BINANCE_STATUS
from desktop.venues.bybit import stream as bybit_stream
from desktop.venues.bybit.instruments import FIRST_PAGE
from desktop.venues.bybit.poll import LINEAR_TICKERS, SPOT_TICKERS
from desktop.venues.bybit.poll import STATUS as BYBIT_STATUS
from desktop.venues.conformance import Case, Corpus, corpus_from, misread
from desktop.venues.context.sources import CHANNELS
from desktop.venues.hyperliquid import stream as hyperliquid_stream
from desktop.venues.hyperliquid.instruments import META
from desktop.venues.hyperliquid.poll import BUILT
from desktop.venues.okx import parse as okx_parse
from desktop.venues.okx import stream as okx_stream
from desktop.venues.okx.instruments import SWAPS
from desktop.venues.okx.poll import DATED_TICKERS
from desktop.venues.okx.poll import STATUS as OKX_STATUS
from desktop.venues.okx.poll import TICKERS as OKX_TICKERS
from desktop.venues.reading import READABLE_VENUES
from desktop.venues.withdrawals import WITHDRAWAL_HOSTS, question_of

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "conformance"
CORPORA: dict[str, Corpus] = {
    path.stem: corpus_from(path.read_bytes().splitlines(), path.name) for path in sorted(FOLDER.glob("*.jsonl"))
}
EVERY = [(venue, case) for venue, corpus in CORPORA.items() for case in corpus.cases]


def test_every_venue_that_can_be_read_has_cases() -> None:
    assert set(CORPORA) == {*READABLE_VENUES, "context", "withdrawals"}
    assert all(case.venue == venue for venue, case in EVERY if venue != "withdrawals")
    assert {case.venue for case in CORPORA["withdrawals"].cases} == set(WITHDRAWAL_HOSTS)
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


def subscribed() -> dict[str, set[str]]:
    """Return, by corpus, what must stand in a frame (topics of sockets) or begin its channel (questions)."""
    binance = [
        binance_stream.market_plan("ws://x", ["BTCUSDT"]), binance_stream.books_plan("ws://x", ["BTCUSDT"]),
        binance_stream.spot_plan("ws://x", []),
    ]  # fmt: skip
    bybit = [
        bybit_stream.linear_plan("ws://x", ["BTCUSDT"]), bybit_stream.books_plan("ws://x", ["BTCUSDT"]),
        bybit_stream.inverse_plan("ws://x", ["BTCUSD"]), bybit_stream.pools_plan("ws://x"),
        bybit_stream.status_plan("ws://x"),
    ]  # fmt: skip
    okx = [okx_stream.public_plan("ws://x", ["BTC-USDT-SWAP"]), okx_stream.books_plan("ws://x", ["BTC-USDT-SWAP"])]
    hyperliquid = [hyperliquid_stream.ws_plan("ws://x", ["BTC"], ["0x1"])]
    return {
        "binance": {f'@{one.partition("@")[2]}"' for plan in binance for one in plan.topics} | {'"!miniTicker@arr"'},
        "bybit": {f'"topic":"{one}"' for plan in bybit for one in plan.topics},
        "okx": {f'"channel":"{one.partition(" ")[0]}"' for plan in okx for one in plan.topics},
        "hyperliquid": {f'"channel":"{one.partition(" ")[0]}"' for plan in hyperliquid for one in plan.topics},
    }


QUESTIONS = {
    "binance": (
        "GET /fapi/v1/openInterest?",
        "GET /fapi/v1/depth?",
        *(question.channel for question in (FUNDING_INFO, EXCHANGE_INFO, BINANCE_STATUS)),
    ),
    "bybit": tuple(q.channel for q in (LINEAR_TICKERS, SPOT_TICKERS[0], BYBIT_STATUS, FIRST_PAGE)),
    "okx": tuple(q.channel for q in (OKX_TICKERS, DATED_TICKERS, OKX_STATUS, SWAPS)),
    "hyperliquid": (
        'POST /info {"type":"metaAndAssetCtxs"}',
        'POST /info {"type":"vaultDetails"',
        BUILT.channel,
        META.channel,
    ),
    "context": tuple(CHANNELS),
    "withdrawals": tuple(question_of(venue, "USDT").channel for venue in WITHDRAWAL_HOSTS),
}


@pytest.mark.parametrize("name", CORPORA)
def test_everything_that_is_subscribed_or_asked_has_a_case_with_a_good_reading(name: str) -> None:
    good = [case for case in CORPORA[name].cases if not any(e["kind"] == "unparsed" for e in case.expect)]
    frames = [frame for case in good for frame in (case.frame, *case.before)]
    for words in subscribed().get(name, set()):
        assert any(words in frame for frame in frames), f"no case of {words}"
    for channel in QUESTIONS[name]:
        assert any(case.channel.startswith(channel) for case in good), f"no case of {channel}"


def test_a_parser_that_is_broken_outright_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> tuple[object, ...]:
        raise KeyError("sz")

    monkeypatch.setattr(okx_parse, "parse", broken)
    monkeypatch.setattr(okx_parse, "quick", broken)
    case = CORPORA["okx"].cases[0]
    assert misread(case, CORPORA["okx"].instruments) == "reading it fails: KeyError: 'sz'"


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
