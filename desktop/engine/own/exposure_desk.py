"""A person's own side as the engine keeps it: accounts from all sources, weighed against marks, books and tiers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from desktop.domain.errors import BadInput, SeawallError
from desktop.domain.position import Holdings
from desktop.domain.venue_names import venue_name
from desktop.engine.market.connections import OFFLINE
from desktop.engine.market.market_notes import MarketNotes
from desktop.engine.own.exposure_surroundings import MarketSurroundings
from desktop.engine.own.exposure_view import AccountPicture, exposure_view
from desktop.engine.own.leaving_desk import leaving_venue
from desktop.engine.own.own_views import ExposureView
from desktop.engine.ports import Clock, HandPositions, PositionSource
from desktop.risk.account.advice import Advice, Circumstances, advise
from desktop.risk.account.exposure import Standing, stand
from desktop.risk.account.leaving import Leaving
from desktop.risk.account.wick import DEFAULT_WICK, PEG_STRESS, Shock
from desktop.risk.account.withdrawable import TimeBudget, time_budget
from desktop.risk.freshness import age_words
from desktop.risk.reading import Level

ASK_SECONDS = 15.0
SOUGHT_SECONDS = 5.0
"""How often an account is asked while somebody is about to take coins away from its venue."""
ANSWER_SECONDS = 20.0
OLD_MS = 120_000
"""An account that was not seen for two minutes is stale; hand entry has no such age."""
_WORK_OUT_MS = 1_000
PROCESSING_MIN, NETWORK_MIN, SAFETY_MIN = 30.0, 60.0, 15.0
"""Assumed times of a transfer: the venue's own work, the network, and a margin (judgement, on the long side)."""
LEAD_MIN = 210.0
"""Minutes from the onset to the low in ordinary events, the short end of 3.5 to 8 h (measured)."""


class Seen(msgspec.Struct):
    """What a source said last, and the words of its trouble."""

    holdings: Holdings | None = None
    seen_ms: int = 0
    trouble: str = ""


class ExposureDesk:
    """Engine thread. `impaired` says whether a venue keeps coins in, `level` how serious it is; None: not known.

    `sought` says whether coins are about to leave a venue: its accounts are then asked more often.
    """

    def __init__(
        self,
        notes: MarketNotes,
        clock: Clock,
        *,
        hand: HandPositions | None = None,
        sources: Sequence[PositionSource] = (),
    ) -> None:
        self._notes, self._clock = notes, clock
        self._hand, self._sources = hand, tuple(sources)
        self._entered: tuple[Holdings, ...] = ()
        self._seen: dict[tuple[str, str], Seen] = {(one.venue, one.account): Seen() for one in sources}
        self.around = MarketSurroundings(notes, clock)
        self._wick = DEFAULT_WICK
        self._standings: list[tuple[Standing, Seen]] | None = None
        self._stood_ms = 0
        self._view: ExposureView | None = None
        self._viewed_ms = 0
        self._serious_since_ms: int | None = None
        self.level: Callable[[], Level | None] = lambda: None
        self.impaired: Callable[[str], bool | None] = lambda venue: None
        self.offline: Callable[[], bool] = lambda: False
        self.sought: Callable[[str], bool] = lambda venue: False
        self.on_trouble: Callable[[SeawallError], None] = lambda error: None

    # --- what is known -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Load what was entered by hand, then ask every source again and again."""
        await self.reload()
        async with asyncio.TaskGroup() as group:
            for source in self._sources:
                group.create_task(self._follow(source), name=f"positions {source.venue}")

    async def reload(self) -> None:
        """Read hand entry again."""
        if self._hand is None:
            return
        self._entered = await self._hand.load()
        if trouble := self._hand.trouble():
            self.on_trouble(
                BadInput(trouble, "What could be read is used; the file is kept aside at the next entry.")
            )
        self._changed()

    async def _follow(self, source: PositionSource) -> None:
        # Practice runs fast: at least a second of real time lies between two questions.
        pause_seconds = max(SOUGHT_SECONDS, self._clock.speed)
        asked_ms: int | None = None
        while True:
            now_ms = self._clock.now_ms()
            if asked_ms is None or now_ms - asked_ms >= ASK_SECONDS * 1000 or self.sought(source.venue):
                asked_ms = now_ms
                await self._ask_online(source)
            await self._clock.sleep(pause_seconds)

    async def _ask_online(self, source: PositionSource) -> None:
        if self.offline():
            self._seen[source.venue, source.account].trouble = OFFLINE
        else:
            await self.ask(source)

    async def refresh(self, venue: str, oldest_ms: int) -> None:
        """Ask the accounts of a venue that were not seen within `oldest_ms`. Never raises: trouble is kept."""
        now_ms = self._clock.now_ms()
        old = [
            one
            for one in self._sources
            if one.venue == venue and now_ms - self._seen[venue, one.account].seen_ms > oldest_ms
        ]
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await asyncio.gather(*(self._ask_online(one) for one in old))
        except TimeoutError:
            for one in old:
                self._seen[venue, one.account].trouble = "no answer in time"

    async def ask(self, source: PositionSource) -> None:
        """Ask one source now; its trouble is kept in words and nothing it said before is forgotten."""
        seen = self._seen.setdefault((source.venue, source.account), Seen())
        try:
            seen.holdings = await source.holdings()
            seen.seen_ms, seen.trouble = self._clock.now_ms(), ""
        except SeawallError as error:
            seen.trouble = error.message
        self._changed()

    def choose_wick(self, wick: float) -> None:
        """Test against another wick. Raise BadInput for one that is not above 0 and at most 0.5."""
        if not 0 < wick <= 0.5:
            raise BadInput(f"a wick of {wick} is not above 0 and at most 0.5", "Choose 0.05, 0.1, 0.2 or 0.3.")
        self._wick = wick
        self._changed()

    def _changed(self) -> None:
        self._standings = self._view = None

    # --- pictures ----------------------------------------------------------------------------------------------

    def accounts(self) -> list[tuple[Holdings, Seen]]:
        """Return all accounts that are known, with what their source said last; hand entry comes last."""
        known = [(seen.holdings, seen) for seen in self._seen.values() if seen.holdings is not None]
        entered = [(holdings, Seen(holdings, self._clock.now_ms())) for holdings in self._entered]
        return [*known, *entered]

    def coins(self) -> frozenset[str]:
        """Return the coins of all positions."""
        return frozenset(one.coin for holdings, _ in self.accounts() for one in holdings.positions)

    def standings(self) -> list[tuple[Standing, Seen]]:
        """Return how every account stands; worked out once a second."""
        now_ms = self._clock.now_ms()
        if self._standings is None or now_ms - self._stood_ms >= _WORK_OUT_MS:
            shock = Shock(self._wick, PEG_STRESS)
            self._standings = [(stand(holdings, self.around, shock), seen) for holdings, seen in self.accounts()]
            self._stood_ms = now_ms
        return self._standings

    def fresh_standings(self) -> list[Standing]:
        """Return how the accounts stand that were seen lately; an old one says nothing about now."""
        now_ms = self._clock.now_ms()
        return [standing for standing, seen in self.standings() if now_ms - seen.seen_ms <= self._old_ms]

    def leaving(self, venue: str, coin: str, amount: Decimal, apart: Decimal | None) -> Leaving:
        """Return what happens to the positions on a venue when so much leaves it; 0 asks only what may.

        `apart` is what lies in the wallet that the venue lets out, where that backs no position.
        """
        now_ms = self._clock.now_ms()
        own = [(holdings, seen) for holdings, seen in self.accounts() if holdings.venue == venue]
        fresh = [holdings for holdings, seen in own if now_ms - seen.seen_ms <= self._old_ms]
        silent = [
            self._trouble(seen, now_ms) or "the account has not answered yet"
            for (of, _), seen in self._seen.items()
            if of == venue and (seen.holdings is None or now_ms - seen.seen_ms > self._old_ms)
        ]
        shock = Shock(self._wick, PEG_STRESS)
        return leaving_venue(fresh, silent, self.around, shock, Leaving(venue, coin, amount, "unknown"), apart)

    def view(self, now_ms: int) -> ExposureView:
        """Return the person's side; worked out once a second, the same object in between."""
        if self._view is None or now_ms - self._viewed_ms >= _WORK_OUT_MS:
            self._viewed_ms = now_ms
            self._note_level(now_ms)
            pictures = [
                AccountPicture(standing, self._advice(standing, seen, now_ms), self._trouble(seen, now_ms))
                for standing, seen in self.standings()
            ]
            self._view = exposure_view(pictures, self._notes, now_ms, wick=self._wick, reason=self._reason())
        return self._view

    def _reason(self) -> str:
        troubles = [f"{venue_name(venue)}: {seen.trouble}" for (venue, _), seen in self._seen.items() if seen.trouble]
        if troubles:
            return "; ".join(troubles)
        waiting = any(seen.holdings is None for seen in self._seen.values())
        if not self._entered and waiting:
            return "your accounts have not answered yet"
        return "" if self._entered or self._seen else "nothing is known of your positions: enter them or add a key"

    def _trouble(self, seen: Seen, now_ms: int) -> str:
        age_ms = now_ms - seen.seen_ms
        old = f"last seen {age_words(age_ms)} ago" if seen.seen_ms and age_ms > self._old_ms else ""
        return "; ".join(word for word in (seen.trouble, old) if word)

    @property
    def _old_ms(self) -> float:
        return OLD_MS * max(1.0, self._clock.speed)

    def _note_level(self, now_ms: int) -> None:
        level = self.level()
        if level is None or level < Level.WARNING:
            self._serious_since_ms = None
        elif self._serious_since_ms is None:
            self._serious_since_ms = now_ms

    def _advice(self, standing: Standing, seen: Seen, now_ms: int) -> tuple[Advice, ...]:
        if now_ms - seen.seen_ms > self._old_ms:
            # What an account looked like minutes ago says nothing about what may leave it now.
            words = f"Unknown where you stand: {self._trouble(seen, now_ms)}. Look on the venue's own page."
            return (Advice(standing.venue, "unknown", words, "", ()),)
        serious_ms = 0 if self._serious_since_ms is None else now_ms - self._serious_since_ms
        now = Circumstances(self.level(), self.impaired(standing.venue), budget=_budget(serious_ms))
        return advise(standing, now)


def _budget(serious_ms: int) -> TimeBudget:
    """Return whether a transfer would arrive before the low, `serious_ms` after it became serious."""
    return time_budget(PROCESSING_MIN, NETWORK_MIN, SAFETY_MIN, LEAD_MIN - serious_ms / 60_000)
