"""How long the person's keys still hold: asked of the venues that tell it, a few times a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from desktop.domain.errors import SeawallError
from desktop.domain.key_ends import goes_on_reading
from desktop.domain.venue_names import venue_name
from desktop.engine.ports import Clock
from desktop.risk.reading import Reading, State
from desktop.risk.windows import DAY_MS

ASK_SECONDS: Final = 6 * 3600.0
AGAIN_SECONDS: Final = 600.0
_HOLDS_MS: Final = 2 * DAY_MS
"""What a venue said about a key two days ago and not since is not known any more: keys are changed."""


class KeySource(Protocol):
    """A venue that tells when a key of the person's ends. Raises SeawallError when it does not answer."""

    venue: str

    async def key_expires_ms(self) -> int | None:
        """Return when the key ends (UTC ms); None where the venue tells no end."""


class _Told(msgspec.Struct, frozen=True):
    expires_ms: int | None
    at_ms: int


class KeyWatch:
    """Ask every source now and then. Engine thread. Of a key whose end nobody told nothing is said."""

    def __init__(self, sources: Sequence[KeySource], clock: Clock) -> None:
        self._sources, self._clock = tuple(sources), clock
        self._told: dict[str, _Told] = {}
        self.offline: Callable[[], bool] = lambda: False

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            answered = [await self._asked(source) for source in self._sources]
            await self._clock.sleep(ASK_SECONDS if all(answered) else AGAIN_SECONDS)

    async def _asked(self, source: KeySource) -> bool:
        if self.offline():
            return False
        try:
            expires_ms = await source.key_expires_ms()
        except SeawallError:
            return False  # asked again soon; the account's own questions tell the trouble in words
        self._told[source.venue] = _Told(expires_ms, self._clock.now_ms())
        return True

    def days_left(self, now_ms: int) -> dict[str, Reading]:
        """Return by venue the days until its key ends, as told within two days; ended keys have none left."""
        found = {}
        for venue, told in self._told.items():
            if told.expires_ms is None or now_ms - told.at_ms > _HOLDS_MS:
                continue
            days = max(0.0, (told.expires_ms - now_ms) / DAY_MS)
            found[venue] = Reading(days, State.LIVE, told.at_ms, reason=_words(venue, days))
        return found


def _words(venue: str, days: float) -> str:
    name, reads = venue_name(venue), goes_on_reading(venue)
    when = "" if days == 0 else f" in {days:.0f} days" if days >= 2 else " within two days"
    if reads:
        loses = "has lost its right to trade" if days == 0 else f"loses its right to trade{when}"
        return f"the key for {name} {loses}; it goes on reading"
    return f"the key for {name} has ended" if days == 0 else f"the key for {name} ends{when}"
