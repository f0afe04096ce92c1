"""How a rule did against what happened, beside plain signals and beside alarms at random."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from statistics import fmean, median
from typing import Literal

import msgspec

from desktop.alerts.cascade_events import Event, EventKind, Left, Lows, cascade_events, left_at
from desktop.alerts.plain_signals import PLAIN_SIGNALS
from desktop.alerts.scoring import COOL_DOWN_H, HOURS_A_MONTH, cool_down, wilson_interval
from desktop.domain.market import HourBar
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS

Mode = Literal["predict", "detect"]
KINDS: tuple[EventKind, ...] = ("moderate", "severe")
_HORIZON_MS = 24 * HOUR_MS
_BACK_MS: dict[Mode, int] = {"predict": 0, "detect": 2 * HOUR_MS}
_EARLIEST_MS, _LATEST_MS = 6 * HOUR_MS, 12 * HOUR_MS
_DRAWS = 200
_SEED = 20_260_131


class Score(msgspec.Struct, frozen=True):
    """One signal against one kind of event. Shares are 0..1; None where there is nothing to divide by.

    An alarm is true if an onset lies within 24 h after it (predict) or from 2 h before it (detect); alarms less than
    6 h after the last one are not counted. `_low` and `_high` are 95 % (Wilson; of random alarms the draws' own).
    What was left is taken from the first alarm between 6 h before and 12 h after the onset, as the median over the
    events that had one: so it speaks of caught events only. `flashes` is None where the bars are hours.
    `median_lead_h` below zero: known after the onset's open.
    """

    rule: str
    signal: str
    event: EventKind
    mode: Mode
    events: int
    flashes: int | None
    alarms: int
    precision: float | None
    precision_low: float | None
    precision_high: float | None
    recall: float | None
    recall_low: float | None
    recall_high: float | None
    false_alarms_per_month: float | None
    median_lead_h: float | None
    drop_left: float | None
    liquidations_left: float | None
    hours_to_low: float | None


def scores(rule: str, known_ms: Sequence[int], bars: Sequence[HourBar], lows: Lows = ()) -> Iterator[Score]:
    """Yield the scores of the rule's firings, of the plain signals, and of as many random alarms as the rule's.

    Random alarms are drawn with a fixed seed, so that the same bars give the same rows.
    """
    signals = {rule: list(known_ms)} | {name: signal(bars) for name, signal in PLAIN_SIGNALS.items()}
    alarms = {name: _cooled(times) for name, times in signals.items()}
    for kind in KINDS:
        events = cascade_events(bars, kind, lows)
        for mode in ("predict", "detect"):
            for name, times in alarms.items():
                yield _score(rule, name, kind, mode, events, times, bars)
            yield _random_score(rule, kind, mode, events, len(alarms[rule]), bars)


def _cooled(known_ms: Sequence[int]) -> list[int]:
    sent = cool_down([(at_ms / HOUR_MS, Level.WARNING) for at_ms in known_ms], COOL_DOWN_H)
    return [round(hour * HOUR_MS) for hour, _ in sent]


class _Hits(msgspec.Struct, frozen=True):
    true: int
    caught: int
    leads: list[float]


def _hits(events: Sequence[Event], alarms: Sequence[int], mode: Mode) -> _Hits:
    back_ms = _BACK_MS[mode]

    def goes(alarm_ms: int, onset_ms: int) -> bool:
        earliest = alarm_ms - back_ms <= onset_ms if mode == "detect" else alarm_ms < onset_ms
        return earliest and onset_ms <= alarm_ms + _HORIZON_MS

    true = sum(1 for alarm in alarms if any(goes(alarm, event.onset_ms) for event in events))
    first = [next((a for a in alarms if goes(a, event.onset_ms)), None) for event in events]
    leads = [(e.onset_ms - a) / HOUR_MS for e, a in zip(events, first, strict=True) if a is not None]
    return _Hits(true, len(leads), leads)


def _score(
    rule: str,
    name: str,
    kind: EventKind,
    mode: Mode,
    events: Sequence[Event],
    alarms: Sequence[int],
    bars: Sequence[HourBar],
) -> Score:
    hits = _hits(events, alarms, mode)
    precise = wilson_interval(hits.true, len(alarms)) or (None, None)
    recalled = wilson_interval(hits.caught, len(events)) or (None, None)
    left = _left(events, alarms, bars)
    return Score(
        rule=rule,
        signal=name,
        event=kind,
        mode=mode,
        events=len(events),
        flashes=sum(bool(event.flash) for event in events) if any(e.flash is not None for e in events) else None,
        alarms=len(alarms),
        precision=_share(hits.true, len(alarms)),
        precision_low=_rounded(precise[0]),
        precision_high=_rounded(precise[1]),
        recall=_share(hits.caught, len(events)),
        recall_low=_rounded(recalled[0]),
        recall_high=_rounded(recalled[1]),
        false_alarms_per_month=_rounded((len(alarms) - hits.true) / _months(bars)),
        median_lead_h=_median(hits.leads),
        drop_left=_median([one.drop for one in left]),
        liquidations_left=_median([one.liquidations for one in left]),
        hours_to_low=_median([one.hours_to_low for one in left]),
    )


def _random_score(
    rule: str, kind: EventKind, mode: Mode, events: Sequence[Event], count: int, bars: Sequence[HourBar]
) -> Score:
    """Return the mean over seeded draws of as many alarms as the rule had, at the closes of bars."""
    rng = random.Random(_SEED)  # noqa: S311 -- repeatable draws, no secret
    closes = [bar.open_ms + HOUR_MS for bar in bars]
    drawn = [
        _score(rule, "random", kind, mode, events, sorted(rng.sample(closes, min(count, len(closes)))), bars)
        for _ in range(_DRAWS if count else 1)
    ]

    def mean(field: str) -> float | None:
        known = [value for one in drawn if (value := getattr(one, field)) is not None]
        return round(fmean(known), 4) if known else None

    def span(field: str) -> tuple[float | None, float | None]:
        known = sorted(value for one in drawn if (value := getattr(one, field)) is not None)
        return (known[len(known) * 25 // 1000], known[len(known) * 974 // 1000]) if known else (None, None)

    precise, recalled = span("precision"), span("recall")
    ends = {
        "precision_low": precise[0],
        "precision_high": precise[1],
        "recall_low": recalled[0],
        "recall_high": recalled[1],
    }
    means = ("precision", "recall", "false_alarms_per_month", "median_lead_h", "drop_left", "liquidations_left",
             "hours_to_low")  # fmt: skip
    return msgspec.structs.replace(drawn[0], **ends, **{name: mean(name) for name in means})


def _left(events: Sequence[Event], alarms: Sequence[int], bars: Sequence[HourBar]) -> list[Left]:
    found = []
    for event in events:
        near = (a for a in alarms if event.onset_ms - _EARLIEST_MS <= a <= event.onset_ms + _LATEST_MS)
        first = next(near, None)
        if first is not None:
            found.append(left_at(event, first, bars))
    return found


def _months(bars: Sequence[HourBar]) -> float:
    return max(1, len(bars)) / HOURS_A_MONTH


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _median(values: Sequence[float]) -> float | None:
    return round(median(values), 4) if values else None
