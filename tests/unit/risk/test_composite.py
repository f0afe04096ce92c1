"""The composite: families, hysteresis with dwell, fuel, the condition for critical, cool-down."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.risk.composite import ENTER, LEAVE, composite, gauge, levels_of, next_level
from desktop.risk.composite_track import (
    DWELL_MS,
    MOST_SHIFT,
    CompositeTrack,
    CoolDown,
    Member,
    family_scores,
    fuel,
    may_be_critical,
    strongest,
)
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS, MINUTE_MS

_SCORES = st.lists(st.integers(0, 100), min_size=1, max_size=60)
_CALM, _NOTABLE, _WARNING, _CRITICAL = Level


def _standings(*members: Member) -> dict[str, float | None]:
    return {family.family: family.standing for family in family_scores(members)}


def test_a_family_is_its_highest_member_and_none_without_a_live_one() -> None:
    found = _standings(Member("A", "flow", 0.7), Member("B", "flow", 0.9), Member("C", "fuel", 0.99))
    assert found == {"flow": 0.9, "vol": None, "delev": None, "liquidity": None, "level": None}


def test_a_half_vote_corroborates_and_does_not_decide() -> None:
    assert _standings(Member("A", "vol", 0.9, half=True))["vol"] == pytest.approx(0.7)
    assert _standings(Member("A", "vol", 0.9, half=True), Member("B", "vol", 0.8))["vol"] == pytest.approx(0.85)
    assert _standings(Member("A", "vol", 0.6, half=True), Member("B", "vol", 0.8))["vol"] == 0.8
    assert _standings(Member("A", "vol", 0.2, half=True))["vol"] == pytest.approx(0.2)


def test_the_three_strongest_are_the_reasons() -> None:
    members = [Member(name, "flow", standing) for name, standing in (("d", 0.1), ("b", 0.9), ("a", 0.9), ("c", 0.5))]
    assert [m.indicator for m in strongest([*members, Member("f", "fuel", 1.0)])] == ["a", "b", "c"]


def test_of_reasons_that_stand_equally_high_each_family_gives_its_first() -> None:
    members = [
        Member("PARK_1H", "vol", 1.0),
        Member("PARK_6H", "vol", 1.0),
        Member("RV_1H", "vol", 0.9995),
        Member("LIQ_INT_1H", "flow", 0.9993),
        Member("OI_CHG_4H", "delev", 0.995),
        Member("LEVEL_7D", "level", 0.999),
    ]
    assert [m.indicator for m in strongest(members)] == ["LIQ_INT_1H", "PARK_1H", "LEVEL_7D"]
    assert [m.indicator for m in strongest(members, 5)][3:] == ["PARK_6H", "RV_1H"]


@given(st.dictionaries(st.sampled_from("abcde"), st.none() | st.floats(0, 1), max_size=5))
def test_a_score_stays_in_its_bounds_and_needs_two_families(families: dict[str, float | None]) -> None:
    live = [value for value in families.values() if value is not None]
    found = composite(families)
    assert (found.score is None) == (len(live) < 2)
    assert found.status == ("ok" if len(live) >= 3 else "degraded")
    if found.score is not None:
        assert 100 * min(live) - 1e-9 <= found.score <= 100 * max(live) + 1e-9


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_gauge_rises_with_the_percentile_and_stays_in_its_bounds(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= gauge(low) <= gauge(high) <= 1


@pytest.mark.parametrize(("share", "level"), [(0.95, _NOTABLE), (0.99, _WARNING), (0.999, _CRITICAL)])
def test_two_families_at_a_level_reach_it_and_one_alone_does_not(share: float, level: Level) -> None:
    two, one = ({"a": gauge(share), "b": gauge(b), "c": 0.0} for b in (share, 0.5))
    scores = [composite(families).score or 0.0 for families in (two, one)]
    assert [next_level(_CALM, score) for score in scores] == [level, _CALM]


def test_on_days_when_all_is_chance_the_composite_is_calm() -> None:
    rng = Random(7)
    raw, scaled = [], []
    for _ in range(4_000):
        # Five families, each the highest of two percentiles that mean nothing.
        families = {name: max(rng.random(), rng.random()) for name in "abcde"}
        raw.append(composite(families).score or 0.0)
        scaled.append(composite({name: gauge(share) for name, share in families.items()}).score or 0.0)
    notable = ENTER[_NOTABLE]
    assert sum(score >= notable for score in raw) > 0.75 * len(raw)
    assert sum(score >= notable for score in scaled) < 0.2 * len(scaled)
    assert sum(score >= ENTER[_WARNING] for score in scaled) < 0.05 * len(scaled)


@given(_SCORES)
def test_between_leaving_and_entering_a_level_stays(scores: list[int]) -> None:
    level = Level.CALM
    for score in scores:
        after = next_level(level, score)
        assert all(score < ENTER[rung] for rung in ENTER if rung > after)
        if after is not Level.CALM:
            assert score >= LEAVE[after] or score >= ENTER[after]
        if after < level:
            assert score < LEAVE[level]
        level = after


@given(_SCORES)
def test_without_time_to_dwell_the_track_is_the_plain_hysteresis(scores: list[int]) -> None:
    track = CompositeTrack()
    levels = []
    for place, score in enumerate(scores):
        now_ms = place * 2 * DWELL_MS
        track.step(score, now_ms, critical=True)
        levels.append(track.step(score, now_ms + DWELL_MS, critical=True).level)
    assert levels == levels_of(scores, ENTER, LEAVE)


def test_a_level_is_entered_at_once_and_left_after_ten_minutes_under_its_line() -> None:
    track = CompositeTrack()
    assert track.step(97, 0, critical=True).level is _CRITICAL
    assert track.step(85, MINUTE_MS, critical=True).level is _CRITICAL
    assert track.step(91, 5 * MINUTE_MS, critical=True).level is _CRITICAL
    assert track.step(50, 6 * MINUTE_MS, critical=True).level is _CRITICAL
    assert track.step(83, 15 * MINUTE_MS, critical=True).level is _CRITICAL
    down = track.step(50, 16 * MINUTE_MS, critical=True)
    assert down.level is _WARNING
    assert (down.since_ms, down.peak, down.leaves_below) == (16 * MINUTE_MS, 97, 82)


def test_an_unknown_score_is_no_all_clear() -> None:
    track = CompositeTrack()
    track.step(92, 0, critical=True)
    lost = track.step(None, HOUR_MS, critical=False)
    assert (lost.score, lost.level) == (None, _WARNING)


def test_critical_needs_more_than_a_score() -> None:
    track = CompositeTrack()
    assert track.step(99, 0, critical=False).level is _WARNING
    assert track.step(99, 1, critical=True).level is _CRITICAL
    assert track.step(99, 2, critical=False).level is _WARNING
    assert track.step(99, 3, critical=False).since_ms == 2
    whole, torn = composite({"a": 1, "b": 1, "c": 1}), composite({"a": 1, "b": 1})
    assert not may_be_critical(whole, _CALM, _WARNING, hard_rule=False)
    assert may_be_critical(whole, _NOTABLE, _CALM, hard_rule=False)
    assert may_be_critical(whole, _CALM, _CRITICAL, hard_rule=False)
    assert may_be_critical(whole, _CALM, _CALM, hard_rule=True)
    assert not may_be_critical(torn, _CRITICAL, _CRITICAL, hard_rule=True)


def test_fuel_lowers_the_lines_by_five_points_at_most_and_never_alarms() -> None:
    assert fuel([]).score is None
    assert fuel([(0.4, 1.0), (0.3, 1.0)]).shift == 0.0
    assert fuel([(1.0, 1.0), (1.0, 1.0)]).shift == MOST_SHIFT
    assert fuel([(1.0, 0.5), (1.0, 0.5)]).score == pytest.approx(50)
    track = CompositeTrack()
    assert track.step(74, 0, critical=True, shift=99.0).level is _CALM
    assert track.step(76, 0, critical=True, shift=MOST_SHIFT).level is _NOTABLE
    assert CompositeTrack().step(76, 0, critical=True).level is _CALM


def test_the_hour_moves_a_score_and_not_beyond_a_hundred() -> None:
    assert CompositeTrack().step(75, 0, critical=True, season=1.1).level is _NOTABLE
    assert CompositeTrack().step(99, 0, critical=True, season=1.1).score == 100


def test_the_same_level_is_told_again_only_after_six_hours_and_a_rise_always() -> None:
    gate = CoolDown()
    told = [
        gate.tells(level, round(hour * HOUR_MS))
        for hour, level in (
            (0, _WARNING),
            (2, _WARNING),
            (3, _CRITICAL),
            (8, _CRITICAL),
            (9, _CRITICAL),
            (10, _WARNING),
        )
    ]
    assert told == [True, False, True, False, True, True]
    assert gate.tells(_CRITICAL, 11 * HOUR_MS)
