"""What the rules and incidents are told of the person: distance to liquidation, wick test, idle coins, the wallet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from desktop.alerts.incident_words import dollars
from desktop.custody.readiness import ReadinessRow
from desktop.domain.venue_names import venue_name
from desktop.engine.alerting.told_facts import ToldFacts
from desktop.engine.desk_view import DeviceView
from desktop.engine.own.own_views import ExposureView, PositionView
from desktop.risk.account.exposure import Standing
from desktop.risk.reading import Reading, State

EVERY_MS = 5_000
_REHEARSED = 5
"""The place of the light on rehearsals, which lie in another world's journal: alarms do not ask for it."""


class Ready(msgspec.Struct, frozen=True):
    """Whether a coin could leave now, in words, and what to do first where it could not."""

    ready: bool
    words: str
    first: str = ""


class MyFacts:
    """Engine thread. Whatever is not there stays untold: rules on it are not judged."""

    def __init__(
        self,
        told: ToldFacts,
        *,
        exposure: Callable[[int], ExposureView] | None = None,
        standings: Callable[[], Sequence[Standing]] | None = None,
        device: Callable[[], DeviceView] | None = None,
        board: Callable[[int], Sequence[ReadinessRow]] | None = None,
        keys: Callable[[int], dict[str, Reading]] | None = None,
    ) -> None:
        self._told = told
        self._exposure, self._standings, self._device, self._board = exposure, standings, device, board
        self._keys = keys
        self._view: ExposureView | None = None
        self._said: dict[str, set[str]] = {}
        self._here_ms: int | None = None
        self._due_ms = 0

    def tick(self, now_ms: int) -> None:
        """Tell what is known now; every five seconds."""
        if now_ms < self._due_ms:
            return
        self._due_ms = now_ms + EVERY_MS
        if self._device is not None:
            self._tell_device(self._device(), now_ms)
        if self._exposure is not None:
            self._view = self._exposure(now_ms)
            self._tell_positions(self._view, now_ms)
        if self._standings is not None:
            self._tell_margins(self._standings(), now_ms)
        if self._keys is not None:
            self._tell_all("KEY_DAYS_LEFT", self._keys(now_ms), now_ms)

    def _tell_device(self, device: DeviceView, now_ms: int) -> None:
        if device.state != "absent":
            self._here_ms = now_ms
        if self._here_ms is not None:
            gone_s = (now_ms - self._here_ms) / 1000
            self._told.tell_value("DEVICE_GONE", "", gone_s, now_ms, "the wallet was unplugged" if gone_s else "")

    def _tell_positions(self, view: ExposureView, now_ms: int) -> None:
        nearest = {position.coin: position.distance for position in reversed(_by_distance(view.positions))}
        self._tell_all("ME_DISTANCE", nearest, now_ms)
        idle: dict[str, float] = {}
        for holding in view.holdings:
            if holding.idle_usd is not None and holding.state is State.LIVE:
                idle[holding.venue] = idle.get(holding.venue, 0.0) + holding.idle_usd
        self._tell_all(
            "ME_IDLE_USD", {venue: Reading(usd, State.LIVE, now_ms) for venue, usd in idle.items()}, now_ms
        )

    def _tell_margins(self, standings: Sequence[Standing], now_ms: int) -> None:
        margins: dict[str, float] = {}
        for standing in standings:
            margin = wick_margin(standing)
            if margin is not None:
                margins[standing.venue] = min(margin, margins.get(standing.venue, margin))
        found = {venue: Reading(margin, State.LIVE, now_ms) for venue, margin in margins.items()}
        self._tell_all("ME_WICK_MARGIN", found, now_ms)

    def _tell_all(self, name: str, readings: dict[str, Reading], now_ms: int) -> None:
        """Tell each, and forget what is no longer there: a closed position has no distance."""
        for gone in self._said.get(name, set()) - readings.keys():
            self._told.tell_value(name, gone, None, now_ms)
        for subject, reading in readings.items():
            self._told.tell(name, subject, reading)
        self._said[name] = set(readings)

    # --- words -------------------------------------------------------------------------------------------------

    def exposure_words(self, coin: str) -> str:
        """Return what this coin means to me, in one line; empty where I have nothing in it that is known."""
        view = self._view
        if view is None:
            return ""
        parts = []
        near = _by_distance([position for position in view.positions if position.coin == coin])
        if near and near[0].distance.value is not None:
            parts.append(f"my {coin} liquidation is {near[0].distance.value * 100:.1f} % away")
        if near:
            verdict = {True: "yes", False: "NO", None: "unknown"}[near[0].survives]
            parts.append(f"survives a {view.wick * 100:.0f} % wick: {verdict}")
        for holding in view.holdings:
            if holding.coin == coin and holding.idle_usd:
                parts.append(f"idle on {venue_name(holding.venue)} {dollars(holding.idle_usd)}")
        return "; ".join(parts)

    def ready(self, coin: str, now_ms: int) -> Ready | None:
        """Return whether this coin could leave some venue now; None where no way out is known for it."""
        rows = [row for row in (self._board(now_ms) if self._board is not None else ()) if row.coin == coin]
        if not rows:
            return None
        for row in rows:
            if all(light.holds for light in row.lights[:_REHEARSED]):
                return Ready(True, f"{coin} is ready to leave {venue_name(row.venue)}")
        best = max(rows, key=lambda row: sum(light.holds for light in row.lights[:_REHEARSED]))
        missing = next(light for light in best.lights[:_REHEARSED] if not light.holds)
        lacking = f"{missing.name} ({missing.words})"
        words = f"{coin} is not ready to leave {venue_name(best.venue)}; it lacks: {lacking}"
        return Ready(False, words, missing.next_step)


def wick_margin(standing: Standing) -> float | None:
    """Return what is left after the wick as a fraction of what the positions are worth; None where it is unknown."""
    worth = [position.worth_usd for position in standing.positions]
    if standing.equity_after is None or standing.maintenance_after is None or not worth or None in worth:
        return None
    whole = sum(usd for usd in worth if usd is not None)
    return (standing.equity_after - standing.maintenance_after) / whole if whole > 0 else None


def _by_distance(positions: Sequence[PositionView]) -> list[PositionView]:
    known = [position for position in positions if position.distance.value is not None]
    unknown = [position for position in positions if position.distance.value is None]
    return [*sorted(known, key=lambda position: position.distance.value or 0.0), *unknown]
