"""The readiness board: could this coin leave this venue now? Six lights, from stored facts alone. Pure.

READY means that all six hold. What is not known is `unknown`, never a yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from desktop.custody.guards import clock_words, gas_remedy, has_gas
from desktop.custody.routes import ROUTES, Route
from desktop.custody.transfer import DestinationProof, Transfer, TransferState
from desktop.domain.chains import CHAINS
from desktop.domain.money import plain
from desktop.domain.venue_names import venue_name

LightState = Literal["yes", "no", "waiting", "unknown", "not_needed"]
REHEARSAL_DAYS = 30
DAY_MS = 86_400_000


class Light(msgspec.Struct, frozen=True):
    """One light: its name, whether it holds, words for it, and the next step where it does not."""

    name: str
    state: LightState
    words: str
    next_step: str = ""

    @property
    def holds(self) -> bool:
        """Whether it does not stand in the way."""
        return self.state in ("yes", "not_needed")


class ReadinessRow(msgspec.Struct, frozen=True):
    """One coin at one venue over one network."""

    venue: str
    coin: str
    network: str
    lights: tuple[Light, ...]
    destination_id: str = ""

    @property
    def ready(self) -> bool:
        """Whether all lights hold."""
        return all(light.holds for light in self.lights)


def board(
    destinations: Sequence[DestinationProof],
    transfers: Sequence[Transfer],
    rehearsals_ms: Sequence[int],
    now_ms: int,
) -> tuple[ReadinessRow, ...]:
    """Return one row for each listed way out.

    `transfers` and `destinations` are this world's, `rehearsals_ms` when a practice walk was verified (UTC ms).
    """
    return tuple(_row(way, destinations, transfers, rehearsals_ms, now_ms) for way in ROUTES)


def _row(
    way: Route,
    destinations: Sequence[DestinationProof],
    transfers: Sequence[Transfer],
    rehearsals_ms: Sequence[int],
    now_ms: int,
) -> ReadinessRow:
    here = [t for t in transfers if (t.venue, t.coin) == (way.venue, way.coin)]
    proof = _latest(here, destinations, way)
    lights = (
        _wallet(destinations),
        _confirmed(proof),
        _saved(proof, way, now_ms),
        _tested(proof, here, way),
        _gas(destinations, way),
        _rehearsed(rehearsals_ms, now_ms),
    )
    return ReadinessRow(way.venue, way.coin, way.network, lights, "" if proof is None else proof.id)


def _latest(
    here: Sequence[Transfer], destinations: Sequence[DestinationProof], way: Route
) -> DestinationProof | None:
    """Return what this venue's own transfers know of their destination, as the newest of them has it."""
    mine = [t.destination for t in here if t.destination is not None and t.destination.network == way.network]
    stored = {proof.id: proof for proof in destinations}
    proofs = [p for p in mine if p.id in stored]
    return max(proofs or mine, key=lambda p: (p.verified_ms or 0, p.proved_ms or 0, p.shown_ms), default=None)


def _wallet(destinations: Sequence[DestinationProof]) -> Light:
    pinned = next((proof.fingerprint for proof in destinations if proof.proved_ms is not None), "")
    if pinned:
        return Light("wallet recognised", "yes", f"{pinned.upper()} pinned")
    return Light("wallet recognised", "no", "no wallet is pinned", "Connect it and walk one transfer to its proof.")


def _confirmed(proof: DestinationProof | None) -> Light:
    if proof is None:
        return Light("address confirmed", "no", "not confirmed", "Let the device show the address.")
    if proof.proved_ms is None:
        return Light("address confirmed", "no", "shown, not proved", "Let the device sign the challenge.")
    return Light("address confirmed", "yes", f"on the device, {clock_words(proof.shown_ms)}")


def _saved(proof: DestinationProof | None, way: Route, now_ms: int) -> Light:
    name, venue = "in address book", venue_name(way.venue)
    if proof is None:
        return Light(name, "no", "after confirming", f"Save the address on {venue}; it is then held 24 to 48 hours.")
    if proof.usable_from_ms is not None and proof.usable_from_ms > now_ms:
        return Light(name, "waiting", f"hold ends {clock_words(proof.usable_from_ms)}", "Wait for the hold to end.")
    if proof.book_seen_ms is not None:
        return Light(name, "yes", f"saved, seen {clock_words(proof.book_seen_ms)}")
    if proof.compared_ms is not None:
        return Light(name, "unknown", f"on {venue}'s page, not seen in its address book", f"Save it on {venue}.")
    return Light(name, "no", "not compared yet", f"Save it on {venue}, and paste back what its page holds.")


def _tested(proof: DestinationProof | None, here: Sequence[Transfer], way: Route) -> Light:
    name = "test amount arrived"
    arrived = [t for t in here if t.state is TransferState.VERIFIED and t.network == way.network]
    if arrived:
        last = max(arrived, key=lambda t: t.known.get(TransferState.VERIFIED.value, 0))
        words = f"{plain(last.received or last.amount or Decimal(0))} {last.coin}"
        return Light(name, "yes", f"{words}, {clock_words(last.known[TransferState.VERIFIED.value])}")
    return Light(name, "no", "never" if proof is not None else "after saving", "Move a test amount and verify it.")


def _gas(destinations: Sequence[DestinationProof], way: Route) -> Light:
    """Return whether what moves a token on is known to lie there. What came another way is not known here."""
    name = "gas for later"
    if not way.is_token:
        return Light(name, "not_needed", f"{way.coin} pays its own fees")
    coin = CHAINS[way.chain].coin
    if has_gas(destinations, way):
        return Light(name, "yes", f"{coin} has arrived there")
    words = f"no {coin} is known to lie there"
    return Light(name, "unknown", words, gas_remedy(way))


def _rehearsed(rehearsals_ms: Sequence[int], now_ms: int) -> Light:
    if not rehearsals_ms:
        return Light("last rehearsal", "no", "never", "Practise a storm: seawall --practice")
    days = max(0, now_ms - max(rehearsals_ms)) // DAY_MS
    words = "today" if days == 0 else f"{days} days ago"
    if days > REHEARSAL_DAYS:
        return Light("last rehearsal", "no", f"{words}, limit {REHEARSAL_DAYS}", "Practise again: seawall --practice")
    return Light("last rehearsal", "yes", words)
