"""Calls about alarms: how well they did, and which are sent."""

from __future__ import annotations

from typing import Literal

from desktop.alerts import scoring
from desktop.risk.reading import Level
from tests.vectors.call_form import Results, none_of

LevelName = Literal["calm", "notable", "warning", "critical"]


def alert_scores(events_h: list[float], alerts_h: list[float], horizon_h: float, span_h: float) -> Results:
    found = scoring.alert_scores(events_h, alerts_h, horizon_h, span_h)
    return {name: getattr(found, name) for name in found.__struct_fields__}


def wilson_interval(k: int, n: int, z: float) -> Results:
    found = scoring.wilson_interval(k, n, z)
    return none_of("low", "high") if found is None else dict(zip(("low", "high"), found, strict=True))


def cool_down(alerts: list[tuple[float, LevelName]], cooldown_h: float) -> Results:
    sent = scoring.cool_down([(at, Level[name.upper()]) for at, name in alerts], cooldown_h)
    return {"sent": [[at, level.name.lower()] for at, level in sent]}
