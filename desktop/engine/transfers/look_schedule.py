"""When which place is looked at for which transfer, and what it answered last. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Literal

from desktop.custody.guards import LookCount
from desktop.custody.transfer import Transfer, TransferState
from desktop.domain.venue_names import venue_name
from desktop.engine.desk_view import LookView

S = TransferState
Kind = Literal["account", "records", "chain"]
Answer = Literal["waiting", "found", "absent", "silent"]

PREPARING = frozenset({S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED})
WATCHING = frozenset({S.PROVED, S.SENT, S.UNKNOWN, S.ACCEPTED, S.BROADCAST, S.CONFIRMING})

# Seconds between looks. Records: at once, then 5, 15, 30, 60 s after the start, then every minute. Public chain
# servers ask for no more than one question in half a minute.
_GAPS: dict[Kind, tuple[float, ...]] = {
    "account": (30.0,),
    "records": (5.0, 10.0, 15.0, 30.0, 60.0),
    "chain": (5.0, 30.0, 30.0, 60.0),
}
_SLOW_AFTER_LOOKS = 60
_SLOW_GAP = 300.0


@dataclass
class Look:
    """One place, looked at for one transfer."""

    transfer_id: str
    kind: Kind
    place: str
    title: str
    looking_for: str
    phase: TransferState
    next_ms: int
    looks: int = 0
    absent: int = 0
    absent_since_ms: int = 0
    answer: str = ""
    answered_ms: int | None = None
    state: Answer = "waiting"
    asking: bool = False

    def view(self) -> LookView:
        """Return it as the window shows it."""
        next_ms = None if self.asking else self.next_ms
        return LookView(self.title, self.looking_for, self.answer, self.answered_ms, next_ms, self.state)


@dataclass
class LookSchedule:
    """All looks that are wanted now; `watchers` names the chain sources that see a transfer. Engine thread."""

    watchers: Callable[[Transfer], Collection[str]]
    _looks: dict[tuple[str, Kind, str], Look] = field(default_factory=dict)

    def renew(self, transfers: Iterable[Transfer], now_ms: int) -> None:
        """Take in what the transfers want looked at now; a new phase starts its looks from the beginning."""
        wanted: dict[tuple[str, Kind, str], Look] = {}
        for transfer in transfers:
            for look in _wanted(transfer, self.watchers(transfer), now_ms):
                key = (look.transfer_id, look.kind, look.place)
                wanted[key] = self._carried(self._looks.get(key), look)
        self._looks = wanted

    def _carried(self, before: Look | None, now: Look) -> Look:
        if before is None:
            return now
        if before.phase is not now.phase:
            before.phase, before.looks = now.phase, 0
            before.next_ms = min(before.next_ms, now.next_ms)
            if now.phase is S.SENT:
                before.absent = 0
        before.looking_for = now.looking_for
        return before

    def of(self, transfer_id: str) -> list[Look]:
        """Return the looks of one transfer."""
        return [look for look in self._looks.values() if look.transfer_id == transfer_id]

    def due(self, now_ms: int) -> list[Look]:
        """Return what has to be asked now and is not being asked."""
        return [look for look in self._looks.values() if not look.asking and look.next_ms <= now_ms]

    def next_ms(self) -> int | None:
        """Return when the next look is due, or None when there is none."""
        return min((look.next_ms for look in self._looks.values() if not look.asking), default=None)

    def now(self, transfer_id: str, now_ms: int) -> None:
        """Let every place of this transfer be asked at once."""
        for look in self.of(transfer_id):
            look.next_ms = min(look.next_ms, now_ms)

    def counts(self, transfer_id: str) -> tuple[LookCount, ...]:
        """Return how often records and chain were found empty since the person said 'sent'."""
        return tuple(
            LookCount(look.title, look.absent, look.absent_since_ms, look.answered_ms or 0, look.state)
            for look in self.of(transfer_id)
            if look.kind != "account"
        )


def answered(look: Look, state: Answer, words: str, now_ms: int) -> None:
    """Note an answer, and when the place is asked again."""
    gaps = _GAPS[look.kind]
    gap = _SLOW_GAP if look.looks >= _SLOW_AFTER_LOOKS else gaps[min(look.looks, len(gaps) - 1)]
    look.asking = False
    look.looks += 1
    look.state, look.answer, look.answered_ms = state, words, now_ms
    look.next_ms = now_ms + int(gap * 1000)
    if state == "absent":
        look.absent_since_ms = now_ms if look.absent == 0 else look.absent_since_ms
        look.absent += 1
    elif state == "found":
        look.absent = 0


def _wanted(transfer: Transfer, chain_names: Collection[str], now_ms: int) -> Iterable[Look]:
    def look(kind: Kind, place: str, title: str, looking_for: str) -> Look:
        return Look(transfer.id, kind, place, title, looking_for, transfer.state, now_ms)

    state, venue = transfer.state, venue_name(transfer.venue)
    if state in PREPARING or state in WATCHING:
        yield look("account", transfer.venue, f"{venue} balance", f"{transfer.coin} gone or locked")
    if state in WATCHING:
        yield look("records", transfer.venue, f"{venue} withdrawal records", "coin, network, address, amount")
        for name in chain_names:
            yield look("chain", name, name, "any payment to this address")
