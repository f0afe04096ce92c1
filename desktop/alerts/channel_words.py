"""What goes out of the house about an incident: nothing of the person's own amounts unless they allow it."""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.alerts import incident_words
from desktop.alerts.incidents import OWN_PREFIX, Factor, Incident
from desktop.risk.reading import Level

Occasion = Literal["opened", "raised", "reminder", "closed", "test"]

OWN_HIDDEN = "Your own figures are not sent; see the window."


class ChannelMessage(msgspec.Struct, frozen=True):
    """A message for outside. `incident_id` groups what replaces each other; `factors` hold no own figures unless
    allowed."""

    incident_id: str
    occasion: Occasion
    level: Level
    title: str
    body: str
    at_ms: int
    rule: str = ""
    coin: str = ""
    factors: tuple[Factor, ...] = ()
    coverage: float | None = None


def message_of(incident: Incident, occasion: Occasion, *, sizes_allowed: bool) -> ChannelMessage:
    """Return what is sent about an incident."""
    factors = incident.factors
    own = incident.is_own
    if own and not sizes_allowed:
        factors = tuple(factor for factor in factors if not factor.name.startswith(OWN_PREFIX))
    told = incident
    if not sizes_allowed:
        told = msgspec.structs.replace(incident, factors=factors, exposure="", readiness="", next_step="")
    body = incident_words.body(told)
    if own and not sizes_allowed:
        body = f"{body}\n{OWN_HIDDEN}"
    if occasion == "closed":
        body = "It has ended. Risk is lower, not gone."
    return ChannelMessage(
        incident_id=incident.id,
        occasion=occasion,
        level=incident.level,
        title=incident_words.title(incident),
        body=body,
        at_ms=incident.at_ms,
        rule=incident.rule,
        coin=incident.coin,
        factors=factors,
        coverage=incident.coverage,
    )


def test_message(channel: str, now_ms: int) -> ChannelMessage:
    """Return a message that proves a channel works and alarms nobody."""
    return ChannelMessage(
        incident_id=f"test-{channel}-{now_ms}",
        occasion="test",
        level=Level.CALM,
        title="Seawall test",
        body=f"This is a test of the channel {channel!r}. Nothing has happened.",
        at_ms=now_ms,
    )


def as_facts(message: ChannelMessage) -> dict[str, object]:
    """Return the message as plain values for JSON: the form of the webhook and of the command's standard input."""
    return {
        "seawall": 1,
        "incident": message.incident_id,
        "occasion": message.occasion,
        "level": message.level.name.lower(),
        "rule": message.rule,
        "coin": message.coin,
        "title": message.title,
        "body": message.body,
        "at_ms": message.at_ms,
        "coverage": message.coverage,
        "factors": [
            {"name": f.name, "value": f.value, "threshold": f.threshold, "share": f.share, "unit": f.unit}
            for f in message.factors
        ],
    }
