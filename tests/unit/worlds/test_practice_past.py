"""The made-up past before the practice storm: it fits its hours, and lets volatility and books be judged at once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from desktop.domain.errors import BadInput
from desktop.domain.raw_frame import RawFrame
from desktop.engine.market.market_desk import MarketDesk
from desktop.risk.reading import Level, Reading, State
from desktop.storage.instrument_file import shipped_instruments
from desktop.storage.recorded_past import RecordedPast, recorded_past
from desktop.storage.resource_files import resource
from desktop.venues.reading import frame_reader
from desktop.worlds.practice import bybit_wire
from desktop.worlds.practice.beside_streams import BesideStreams
from desktop.worlds.practice.calm_sea import stream_of
from desktop.worlds.practice.storm_recording import StormRecording, TimeShift, read_storm
from desktop.worlds.practice.storm_shape import EPOCH_MS, SHAPES

HOUR_MS, MINUTE_MS = 3_600_000, 60_000


@cache
def storm() -> StormRecording:
    return read_storm(resource("practice/storm.jsonl.zst"))


@pytest.mark.parametrize("coin", list(SHAPES))
def test_minutes_lie_within_their_hours_and_end_where_the_storm_begins(coin: str) -> None:
    past = storm().past
    hours = {bar.open_ms: bar for bar in past.hours[coin]}
    minutes = past.minutes[coin]
    opens = [bar.open_ms for bar in minutes]
    assert opens == list(range(EPOCH_MS - 25 * HOUR_MS, EPOCH_MS, MINUTE_MS))
    for hour_ms in range(EPOCH_MS - 25 * HOUR_MS, EPOCH_MS, HOUR_MS):
        hour, within = hours[hour_ms], [bar for bar in minutes if hour_ms <= bar.open_ms < hour_ms + HOUR_MS]
        assert (within[0].open, within[-1].close) == (pytest.approx(hour.open), pytest.approx(hour.close))
        assert max(bar.high for bar in within) == pytest.approx(hour.high)
        assert min(bar.low for bar in within) == pytest.approx(hour.low)
        assert all(bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in within)


@pytest.mark.parametrize("coin", list(SHAPES))
def test_thirty_days_of_values_are_known_and_of_a_sensible_size(coin: str) -> None:
    told = storm().past.values[coin]
    assert told.first_ms == EPOCH_MS - 720 * HOUR_MS
    assert {len(row) for row in told.values.values()} == {720}
    known = {name: np.isfinite(row).mean() for name, row in told.values.items()}
    assert min(known[name] for name in ("RV_1H", "PARK_1H", "PARK_6H", "RV_24H", "AMIHUD", "SPREAD")) > 0.95
    assert known["KYLE"] > 0.9
    assert 0.1 < np.nanmedian(told.values["RV_1H"]) < 1.5
    depth = told.values["DEPTH_USD.binance"]
    # The book thins and fills by some tenths, never by as much as a storm takes.
    assert depth.min() > 0.6 * np.median(depth)
    losses = [np.nanmedian(told.values[f"SLIP_{size}"]) for size in ("10K", "100K", "1M")]
    assert losses == sorted(losses)


def test_a_moved_past_keeps_its_order_and_its_full_hours() -> None:
    moved = TimeShift(EPOCH_MS, EPOCH_MS + 5 * HOUR_MS + 123_456).past(storm().past)
    assert moved.hours["BTC"][-1].open_ms == EPOCH_MS + 4 * HOUR_MS + 123_456
    assert moved.minutes["BTC"][-1].open_ms == EPOCH_MS + 5 * HOUR_MS + 123_456 - MINUTE_MS
    assert moved.values["BTC"].first_ms == EPOCH_MS - 715 * HOUR_MS


class Played:
    """Bitcoin's storm with Bybit's books beside it, through the market desk in event time."""

    def __init__(self, past: RecordedPast) -> None:
        self.desk = MarketDesk(["BTC"], (), ("binance", "bybit"))
        self.desk.warm("BTC", past.hours["BTC"])
        if past.values:
            self.desk.warm_values("BTC", past.values["BTC"], {})
        self.desk.tick(EPOCH_MS)
        self.desk.refill("BTC", past.minutes.get("BTC", []))
        instruments = shipped_instruments()
        self._readers = {venue: frame_reader(venue, instruments) for venue in ("binance", "bybit")}
        self._books = frame_reader("bybit", instruments)
        self._beside = BesideStreams()
        self._second = 0
        self._messages = iter(storm().messages)
        snapshot = self._beside.snapshot(bybit_wire.book_topic("BTCUSDT"), EPOCH_MS)
        assert snapshot is not None
        self._book(snapshot, EPOCH_MS)

    def until(self, second: int) -> dict[str, Reading]:
        """Play up to this second of the storm and return Bitcoin's readings."""
        for sent in self._messages:
            now_ms = EPOCH_MS + sent.at_ms
            if sent.at_ms // 1000 > self._second:
                self._second = sent.at_ms // 1000
                self._beat(now_ms)
            if "BTCUSDT" in sent.frame or "btcusdt" in sent.frame:
                raw = RawFrame(now_ms * 1_000_000, sent.venue, sent.channel, sent.frame.encode())
                for message in self._readers[sent.venue].read(raw):
                    self.desk.fold(message, now_ms)
                self._beside.hear(sent.venue, stream_of(sent), sent.frame)
            if self._second >= second:
                break
        (view,) = self.desk.pictures.coin_views(EPOCH_MS + second * 1000)
        return view.readings

    def _beat(self, now_ms: int) -> None:
        for made in self._beside.second(now_ms):
            if made.stream == bybit_wire.book_topic("BTCUSDT"):
                self._book(made.frame, now_ms)
        self.desk.tick(now_ms)

    def _book(self, frame: str, now_ms: int) -> None:
        for message in self._books.read(RawFrame(now_ms * 1_000_000, "bybit", "books", frame.encode())):
            self.desk.fold(message, now_ms)


def test_in_practice_volatility_and_depth_are_judged_from_the_first_minute_on() -> None:
    played = Played(storm().past)
    calm = played.until(70)
    for name in ("RV_1H", "RV_24H", "PARK_1H", "PARK_6H", "SPREAD", "SLIP_100K", "DEPTH_REL"):
        assert calm[name].state is State.LIVE, name
    for name in ("RV_1H", "PARK_1H", "SPREAD"):
        assert (calm[name].level, calm[name].baseline) == (Level.CALM, ""), name
        assert calm[name].percentile is not None
    assert 0.6 < (calm["DEPTH_REL"].value or 0) < 1.6
    assert (calm["DEPTH_REL"].baseline, calm["DEPTH_REL"].level) == ("", Level.CALM)
    storm_now = played.until(360)
    assert storm_now["PARK_1H"].level is Level.CRITICAL
    assert storm_now["RV_1H"].level is Level.CRITICAL
    assert (storm_now["DEPTH_REL"].value or 1.0) < 0.4
    # Every minute of the last three must be as thin: a warning comes later.
    assert storm_now["DEPTH_REL"].level >= Level.NOTABLE


def test_without_that_past_both_would_be_warming() -> None:
    readings = Played(RecordedPast(hours=storm().past.hours)).until(70)
    assert {readings[name].state for name in ("RV_1H", "DEPTH_REL")} == {State.WARMING}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"event":"past","coin":"BTC","minutes":[[1,2,3]]}', "line 2"),
        ('{"event":"past","coin":"BTC","first_ms":0,"values":{"RV_1H":["x"]}}', "line 2"),
        ('{"event":"past","coin":"BTC","first_ms":0,"values":{"A":[1],"B":[1,2]}}', "not of the same hours"),
        ('{"event":"past","coin":', "line 2"),
    ],
)
def test_a_past_that_cannot_be_read_is_named_by_its_line(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "r.jsonl"
    head = {"seawall_recording": 1, "world": "synthetic", "label": "x", "started_ns": 1}
    path.write_text(f"{json.dumps(head)}\n{line}\n")
    with pytest.raises(BadInput) as caught:
        recorded_past(path)
    assert words in f"{caught.value.where} {caught.value.message}"
