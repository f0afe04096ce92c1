"""Flat queues of numbers by time against a plain table, whatever the order of arrival."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.timed_parts import MOST_PARTS, NEVER_MS, TimedParts
from desktop.risk.windows import SlidingSum

_EVENTS = st.lists(st.tuples(st.integers(0, 300), st.integers(-(10**12), 10**12)), max_size=80)


@given(st.lists(st.tuples(_EVENTS, st.integers(-1, 310)), max_size=6))
def test_it_holds_what_a_table_by_time_holds(rounds: list[tuple[list[tuple[int, int]], int]]) -> None:
    kept, table = TimedParts(), Counter[int]()
    for events, edge_ms in rounds:
        for at_ms, parts in events:
            assert kept.add(at_ms, parts) == parts
            table[at_ms] += parts
        assert kept.leave(edge_ms) == sorted((at, parts) for at, parts in table.items() if at <= edge_ms)
        table = Counter({at: parts for at, parts in table.items() if at > edge_ms})
        assert (list(kept.times()), list(kept.parts())) == (sorted(table), [table[at] for at in sorted(table)])
        assert kept.oldest_ms == min(table, default=NEVER_MS)
        assert kept.newest_ms == max(table, default=-NEVER_MS)
        assert len(kept) == len(table)


def test_a_queue_that_goes_on_for_ever_stays_as_small_as_what_it_holds() -> None:
    kept = TimedParts()
    for at_ms in range(50_000):
        kept.add(at_ms, 1)
        kept.leave(at_ms - 100)
    assert len(kept) == 100
    assert len(kept._times) <= 2 * 101


def test_more_than_a_number_can_hold_is_a_floor_and_leaves_no_rest() -> None:
    kept = TimedParts()
    assert kept.add(5, 3 * MOST_PARTS) == MOST_PARTS
    assert kept.add(5, 7) == 0
    assert kept.add(3, 7) == 7
    assert kept.add(3, MOST_PARTS) == MOST_PARTS - 7
    assert kept.leave(5) == [(3, MOST_PARTS), (5, MOST_PARTS)]


def test_a_sum_beyond_belief_is_let_go_of_whole() -> None:
    window = SlidingSum(10)
    window.add(0, 1e300)
    window.add(0, 5.0)
    window.add(2, 5.0)
    assert window.total(9) > 9e14
    assert window.total(11) == 5.0
