"""What comes together says together what it says one after the other: also where one of many is damaged."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import FeedStatus, Mark, Message, Trade, TradeRun
from desktop.domain.raw_frame import RawFrame
from desktop.venues.conformance import Corpus, corpus_from
from desktop.venues.reading import MANY, READABLE_VENUES, frame_reader

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "conformance"
CORPORA: dict[str, Corpus] = {
    venue: corpus_from((FOLDER / f"{venue}.jsonl").read_bytes().splitlines(), venue) for venue in READABLE_VENUES
}
DAMAGE: tuple[Any, ...] = (None, "", 0, "-1", "NaN", "1e4", " 1", "1.", "007", "0.0", "1,2", "9" * 41, "\u0661", [])
RECEIVED_NS = 1_790_000_000_500 * 1_000_000
CHANNEL = "/stream"


def frames_of(venue: str) -> list[bytes]:
    """Return every frame of the venue's corpus that comes by its main stream."""
    found = [text for case in CORPORA[venue].cases if " " not in case.channel for text in (*case.before, case.frame)]
    return [text.encode() for text in dict.fromkeys(found)]


def table(venue: str) -> InstrumentTable:
    return InstrumentTable(CORPORA[venue].instruments)


def one_by_one(venue: str, frames: Sequence[bytes]) -> list[Message]:
    reader = frame_reader(venue, table(venue))
    return [one for frame in frames for one in reader.read(RawFrame(RECEIVED_NS, venue, CHANNEL, frame))]


def together(venue: str, frames: Sequence[bytes]) -> list[Message]:
    return list(frame_reader(venue, table(venue)).read_all(frames, CHANNEL, RECEIVED_NS))


def as_run(trade: Trade) -> TradeRun:
    price, at_ms = float(trade.price), trade.at_ms
    usd = price * float(trade.quantity or 0)
    bought, sold = (usd, 0.0) if trade.side == "buy" else (0.0, usd)
    return TradeRun(
        trade.venue, trade.symbol, trade.coin, 1, price, price, price, price, bought, sold, at_ms, at_ms, at_ms
    )  # fmt: skip


def runs(messages: Sequence[Message]) -> dict[str, list[object]]:
    """Return what the trades of each contract come to, told one by one or as runs."""
    found: dict[str, list[object]] = {}
    parts: dict[str, list[TradeRun]] = {}
    for one in messages:
        if isinstance(one, Trade | TradeRun):
            parts.setdefault(one.symbol, []).append(as_run(one) if isinstance(one, Trade) else one)
    for symbol, some in parts.items():
        found[symbol] = [
            some[0].coin,
            sum(one.count for one in some),
            (some[0].first, some[-1].last, some[-1].at_ms),
            (min(one.low for one in some), max(one.high for one in some)),
            pytest.approx(sum(one.bought for one in some)),
            pytest.approx(sum(one.sold for one in some)),
            (min(one.from_ms for one in some), max(one.to_ms for one in some)),
        ]
    return found


def others(messages: Sequence[Message]) -> list[str]:
    """Return all but trades in any order; of marks, which are filled in as they come, how many and the last."""
    told = [one for one in messages if not isinstance(one, Trade | TradeRun | Mark) and not is_sign_of_life(one)]
    marks: dict[str, list[Mark]] = {}
    for one in messages:
        if isinstance(one, Mark):
            marks.setdefault(one.symbol, []).append(one)
    return sorted([*map(repr, told), *(f"{len(some)} {some[-1]!r}" for some in marks.values())])


def is_sign_of_life(message: Message) -> bool:
    return isinstance(message, FeedStatus) and message.detail.startswith("ticker of ")


def assert_alike(venue: str, frames: Sequence[bytes]) -> None:
    single, many = one_by_one(venue, frames), together(venue, frames)
    assert runs(many) == runs(single), frames
    assert others(many) == others(single), frames
    assert many or not single


@pytest.mark.parametrize("venue", READABLE_VENUES)
@pytest.mark.parametrize("count", [1, 7, MANY - 1, MANY, 2 * MANY])
def test_any_messages_of_the_corpus_say_the_same_together(venue: str, count: int) -> None:
    rng = random.Random(count)
    frames = frames_of(venue)
    for _ in range(60):
        assert_alike(venue, rng.choices(frames, k=count))


@pytest.mark.parametrize("venue", READABLE_VENUES)
def test_each_message_many_times_says_the_same_together(venue: str) -> None:
    for frame in frames_of(venue):
        assert_alike(venue, [frame] * MANY)


def damaged(frame: bytes) -> Iterator[bytes]:
    """Yield the frame with each of its values replaced by each kind of damage."""
    try:
        whole = json.loads(frame)
    except ValueError:
        return
    text = json.dumps(whole)
    for path in leaves(whole):
        for new in DAMAGE:
            copy = json.loads(text)
            place = copy
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = new
            yield json.dumps(copy, separators=(",", ":"), ensure_ascii=False).encode()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    elif path:
        yield path


@pytest.mark.parametrize("venue", READABLE_VENUES)
def test_one_damaged_message_among_good_ones_harms_none_of_them(venue: str) -> None:
    read_together = 0
    for frame in frames_of(venue):
        if any(isinstance(one, TradeRun) for one in together(venue, [frame] * MANY)) or b"iquidat" in frame:
            read_together += 1
            for bad in damaged(frame):
                assert_alike(venue, [frame, bad, *[frame] * MANY])
    assert read_together


def push(number: int, price: str, size: str, at_ms: int, *, maker: bool = True) -> bytes:
    trade = {"e": "aggTrade", "E": at_ms, "a": number, "s": "BTCUSDT", "p": price, "q": size, "T": at_ms, "m": maker}
    return json.dumps({"stream": "btcusdt@aggTrade", "data": trade}, separators=(",", ":")).encode()


def test_trades_of_one_contract_are_one_run() -> None:
    at_ms = 1_790_000_000_000 // 60_000 * 60_000 + 5_000
    told = [("101.5", "2", True), ("99.25", "1", False), ("100", "4", True), ("103", "1", False)]
    frames = [push(n, price, size, at_ms + n, maker=maker) for n, (price, size, maker) in enumerate(told)]
    frames[2:2] = [push(9, "100", "0.5", at_ms + 1)] * MANY
    (run,) = together("binance", frames)
    assert run == TradeRun(
        "binance", "BTCUSDT", "BTC", 4 + MANY, 101.5, 103.0, 99.25, 103.0, 202.25, 603.0 + 50 * MANY,
        at_ms, at_ms + 3, at_ms + 3, RECEIVED_NS,
    )  # fmt: skip


def test_trades_on_both_sides_of_a_minutes_end_are_told_one_by_one() -> None:
    end_ms = 1_790_000_000_000 // 60_000 * 60_000
    times = [end_ms - 2 + n for n in range(MANY)]
    told = together("binance", [push(n, "100", "1", at_ms) for n, at_ms in enumerate(times)])
    assert [type(one) for one in told] == [Trade] * MANY
    assert [one.at_ms for one in told] == times


def test_two_halves_of_a_message_do_not_make_a_whole_one() -> None:
    whole = push(1, "100", "1", 1_790_000_000_000)
    frames = [whole, whole, whole[:40], whole[40:], *[whole] * MANY]
    assert_alike("binance", frames)
    assert sum(type(one).__name__ == "Unparsed" for one in together("binance", frames)) == 2
