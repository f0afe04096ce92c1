"""The door between engine and window: a view to pull, commands to hand in, rare news to hear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import msgspec

from desktop.alerts.incidents import Incident
from desktop.engine.alerting.rule_views import RuleTrialView
from desktop.engine.commands import Command
from desktop.engine.desk_view import DeskView
from desktop.engine.ports import Notification
from desktop.risk.reading import Level


class IncidentNews(msgspec.Struct, frozen=True):
    """An incident opened, rose, or closed (updates in between are in the view)."""

    incident: Incident
    change: Literal["opened", "raised", "reminder", "closed"]


class Rang(msgspec.Struct, frozen=True):
    """An incident rings now at this level; the window may sound."""

    incident_id: str
    level: Level


class FallbackNotification(msgspec.Struct, frozen=True):
    """The desktop could not show this notification with buttons; the window shows it its own way."""

    notification: Notification


class PersonWantsTransfer(msgspec.Struct, frozen=True):
    """'Open transfer' was pressed outside the window, for this incident."""

    incident_id: str


class RuleTried(msgspec.Struct, frozen=True):
    """What the rules of `TryRule` would have done."""

    trial: RuleTrialView


class EngineStalled(msgspec.Struct, frozen=True):
    """The engine has judged nothing for so long; 0 once it goes on. Told by a thread of its own."""

    seconds: float


class EngineStopped(msgspec.Struct, frozen=True):
    """The engine ended; `reason` is empty when it was asked to."""

    reason: str = ""


News = IncidentNews | Rang | FallbackNotification | PersonWantsTransfer | RuleTried | EngineStalled | EngineStopped


class EngineDoor(Protocol):
    """What the window sees of the engine. All methods return at once and may be called from the GUI thread."""

    def view(self) -> DeskView | None:
        """Return the latest picture; the same object as before when nothing changed."""

    def submit(self, command: Command) -> None:
        """Hand in a command; its effect, or its refusal, appears in the view."""

    def listen(self, listener: Callable[[News], None]) -> None:
        """Call `listener` with rare news, on the engine's thread (`EngineStalled` on that of its watchdog)."""
