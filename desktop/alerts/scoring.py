"""How well alarms did against what happened, and which of them would have been sent."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import msgspec

from desktop.risk.composite_track import CoolDown
from desktop.risk.reading import Level
from desktop.risk.windows import HOUR_MS

HOURS_A_MONTH = 30.4375 * 24
COOL_DOWN_H = 6.0


class AlertScores(msgspec.Struct, frozen=True):
    """Recall and precision (0..1), false alarms a month, hours of lead of each event that was foreseen.

    None where there was nothing to divide by: no event, no alarm, no time.
    """

    recall: float | None
    precision: float | None
    false_alarms_per_month: float | None
    leads: tuple[float, ...]
    median_lead: float | None


def alert_scores(events: Sequence[float], alerts: Sequence[float], horizon: float, span: float) -> AlertScores:
    """Score alarms; one is true if an event starts in `(alarm, alarm + horizon]`. All in hours.

    The lead of an event is its start minus its first true alarm.
    """
    true = [alert for alert in alerts if any(alert < event <= alert + horizon for event in events)]
    leads = [
        event - min(before)
        for event in events
        if (before := [alert for alert in alerts if alert < event <= alert + horizon])
    ]
    return AlertScores(
        recall=len(leads) / len(events) if events else None,
        precision=len(true) / len(alerts) if alerts else None,
        false_alarms_per_month=(len(alerts) - len(true)) / (span / HOURS_A_MONTH) if span > 0 else None,
        leads=tuple(leads),
        median_lead=median(leads) if leads else None,
    )


def wilson_interval(hits: int, tries: int, z: float = 1.96) -> tuple[float, float] | None:
    """Return Wilson's interval of a share (z = 1.96: 95 %), within 0..1; None without a try."""
    if tries <= 0:
        return None
    share, square = hits / tries, z * z
    middle = share + square / (2 * tries)
    half = z * math.sqrt(share * (1 - share) / tries + square / (4 * tries * tries))
    whole = 1 + square / tries
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def cool_down(alerts: Sequence[tuple[float, Level]], hours: float = COOL_DOWN_H) -> list[tuple[float, Level]]:
    """Return those of the alarms (hour, level; in order) that are sent.

    One of the same level within `hours` after the last that was sent is not; one above the last sent always is.
    """
    gate = CoolDown(round(hours * HOUR_MS))
    return [(at, level) for at, level in alerts if gate.tells(level, round(at * HOUR_MS))]
