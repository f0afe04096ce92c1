"""Venues in sequence: own limits, borrowed limits, the order and when it is not shown."""

from __future__ import annotations

from desktop.risk.venue_sequence import FACTORY_SHARE, VenueSequence, in_sequence
from desktop.risk.windows import HOUR_MS, MINUTE_MS, SECOND_MS

_NOW_MS = 1_000 * HOUR_MS


def _with_interest(*venues: str) -> VenueSequence:
    sequence = VenueSequence()
    for venue in venues:
        sequence.interest(venue, 1e9)
    return sequence


def test_a_venue_counts_when_five_minutes_pass_its_limit() -> None:
    sequence = _with_interest("a", "b")
    half = FACTORY_SHARE * 1e9 / 2
    sequence.add("a", half, _NOW_MS)
    sequence.add("a", half, _NOW_MS + MINUTE_MS)
    assert sequence.at(_NOW_MS + MINUTE_MS).venues == ()
    sequence.add("a", 1.0, _NOW_MS + 2 * MINUTE_MS)
    found = sequence.at(_NOW_MS + 2 * MINUTE_MS)
    assert (found.venues, found.span_ms, found.factory) == (("a",), 0, ("a", "b"))


def test_the_order_is_that_of_the_first_crossings_and_shown_only_clear_of_latency() -> None:
    sequence = _with_interest("a", "b", "c")
    for seconds, venue in ((40, "c"), (0, "b"), (95, "a"), (100, "b")):
        sequence.add(venue, 2e6, _NOW_MS + seconds * SECOND_MS)
    now_ms = _NOW_MS + 100 * SECOND_MS
    fast, slow = dict.fromkeys("abc", 500.0), {"a": 500.0, "b": 500.0, "c": 14_000.0}
    found = sequence.at(now_ms, fast)
    assert (found.venues, found.span_ms, found.ordered) == (("b", "c", "a"), 95 * SECOND_MS, True)
    assert not sequence.at(now_ms, slow).ordered
    assert not sequence.at(now_ms, {"a": 1.0}).ordered
    assert not sequence.at(now_ms).ordered


def test_the_longest_quarter_of_an_hour_counts_not_only_the_first() -> None:
    sequence = _with_interest(*"abcd")
    for minutes in range(0, 20, 4):
        sequence.add("a", 2e6, _NOW_MS + minutes * MINUTE_MS)
    for minutes, venue in ((10, "b"), (16, "c"), (18, "d")):
        sequence.add(venue, 2e6, _NOW_MS + minutes * MINUTE_MS)
    assert sequence.at(_NOW_MS + 18 * MINUTE_MS).venues == ("b", "c", "d")


def test_an_episode_ends_a_quarter_of_an_hour_after_the_last_venue_calmed_down() -> None:
    sequence = _with_interest("a", "b")
    sequence.add("a", 2e6, _NOW_MS)
    assert sequence.at(_NOW_MS + 4 * MINUTE_MS).venues == ("a",)
    assert sequence.at(_NOW_MS + 19 * MINUTE_MS).venues == ("a",)
    assert sequence.at(_NOW_MS + 20 * MINUTE_MS).venues == ()
    sequence.add("b", 2e6, _NOW_MS + 40 * MINUTE_MS)
    assert sequence.at(_NOW_MS + 40 * MINUTE_MS).venues == ("b",)


def test_the_own_limit_takes_over_after_240_hours_and_is_never_nothing() -> None:
    sequence = _with_interest("a")
    for hour in range(239):
        sequence.sample("a", _NOW_MS + hour * HOUR_MS)
        sequence.sample("a", _NOW_MS + hour * HOUR_MS + MINUTE_MS)
    assert sequence.at(_NOW_MS).factory == ("a",)
    sequence.sample("a", _NOW_MS + 239 * HOUR_MS)
    assert sequence.at(_NOW_MS + 239 * HOUR_MS).factory == ()
    sequence.add("a", 9e4, _NOW_MS + 240 * HOUR_MS)
    assert sequence.at(_NOW_MS + 240 * HOUR_MS).venues == ()
    sequence.add("a", 2e4, _NOW_MS + 240 * HOUR_MS)
    assert sequence.at(_NOW_MS + 240 * HOUR_MS).venues == ("a",)


def test_a_venue_without_history_and_open_interest_is_not_judged() -> None:
    sequence = VenueSequence()
    sequence.add("a", 1e9, _NOW_MS)
    found = sequence.at(_NOW_MS)
    assert (found.venues, found.unjudged) == ((), ("a",))


def test_nobody_crossed_is_an_empty_sequence() -> None:
    assert in_sequence({}).span_ms is None
    assert in_sequence({"a": 0, "b": 15 * MINUTE_MS, "c": 15 * MINUTE_MS + 1}).venues == ("a", "b")
