"""The guards: what forbids the next step of a transfer, and what only deserves a word. Pure; `now_ms` is UTC ms.

Rules are named as the safety checklist names them: G1 device is the witness, G2 wallet identity, G4 address form,
G5 network allow-list, G6 tags, G7 amounts, G8 gas, G9 state of the exchange, G10 test first, G11 one at a time, G12
look only, G13 two sources, G14 look-alikes, G16 survives a restart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from desktop.custody.amount_guards import amount_troubles, fee_trouble
from desktop.custody.exposure_guards import leaving_troubles, leaving_words
from desktop.custody.reports import SavedAddress, VenueNetwork
from desktop.custody.routes import ROUTES, Route, route, routes_of
from desktop.custody.transfer import FINAL_STATES, DestinationProof, Transfer, TransferState
from desktop.domain.chain_addresses import is_same, look_alike
from desktop.domain.chains import CHAINS
from desktop.domain.money import plain
from desktop.domain.venue_names import venue_name
from desktop.risk.account.leaving import Leaving

S = TransferState
NOT_SENT_LOOKS = 6
NOT_SENT_AFTER_MS = 600_000
SLOW_FACTOR = 3


class Objection(msgspec.Struct, frozen=True):
    """A guard's words: which rule, what is wrong, what to do next."""

    rule: str
    message: str
    remedy: str = ""


class LookCount(msgspec.Struct, frozen=True):
    """How often a place was asked since the person said 'sent', and what it answered last."""

    place: str
    absent: int
    since_ms: int
    at_ms: int
    last: str


class Facts(msgspec.Struct, frozen=True):
    """What is known around a transfer now. None and empty mean: not known, never 'nothing there'.

    `networks`, `saved` and `idle` are the exchange's answers about this coin; `trouble` says why there are none.
    `records` tells whether its withdrawal records were read since this program started; `leaving` is what the amount
    does to the person's open positions.
    """

    networks: tuple[VenueNetwork, ...] | None = None
    saved: tuple[SavedAddress, ...] | None = None
    idle: Decimal | None = None
    trouble: str = ""
    leaving: Leaving | None = None
    records: Literal["asked", "read", "silent"] = "asked"
    device_fingerprint: str = ""
    pinned_fingerprint: str = ""
    open_transfers: tuple[Transfer, ...] = ()
    destinations: tuple[DestinationProof, ...] = ()
    looks: tuple[LookCount, ...] = ()


def objections(transfer: Transfer, facts: Facts, now_ms: int) -> tuple[Objection, ...]:
    """Return every guard that forbids the next step; empty when it may be taken."""
    return tuple(Objection(*trouble) for trouble in _forbidding(transfer, facts, now_ms))


def warnings(transfer: Transfer, facts: Facts, now_ms: int) -> tuple[Objection, ...]:
    """Return what deserves a word without forbidding anything."""
    return tuple(Objection(*trouble) for trouble in _worth_a_word(transfer, facts, now_ms))


def why_not(venue: str, network: VenueNetwork) -> str:
    """Return why this way out must not be taken (G5, G6, G7, G9), or nothing if it may."""
    way = route(venue, network.coin, network.network)
    if way is None:
        return "this wallet cannot both sign on it and watch it"
    if way.is_token and not is_same(network.contract, way.contract, way.script):
        told = network.contract or "none"
        return f"{venue_name(venue)} names the token contract {told}, and Seawall knows {way.contract}"
    if network.needs_tag:
        return "it asks for a tag or memo, which an own wallet never needs"
    if not network.withdraw_enabled:
        return f"{venue_name(venue)} has suspended withdrawals on it" + (f": {network.note}" if network.note else "")
    if network.busy:
        return f"{venue_name(venue)} reports it as congested"
    return fee_trouble(network)


def usable_network(transfer: Transfer, facts: Facts) -> VenueNetwork | None:
    """Return the network the transfer goes by, or while none is chosen the first that may be taken."""
    for network in facts.networks or ():
        chosen = not transfer.network or network.network == transfer.network
        if network.coin == transfer.coin and chosen and not why_not(transfer.venue, network):
            return network
    return None


def one_at_a_time(venue: str, coin: str, open_transfers: Iterable[Transfer]) -> Objection | None:
    """Return the objection to a second transfer of the same coin from the same venue (G11), if there is one."""
    for other in open_transfers:
        if (other.venue, other.coin) == (venue, coin) and other.state not in FINAL_STATES:
            words = f"A transfer of {coin} from {venue_name(venue)} is already open: {other.id}."
            return Objection("G11", words, "Finish it, or drop it while it is not sent.")
    return None


def wrong_wallet(fingerprint: str, facts: Facts, expected: str = "") -> Objection | None:
    """Return the objection to a device that is not the pinned wallet (G2), if there is one."""
    wanted = expected or facts.pinned_fingerprint
    if not fingerprint or not wanted or fingerprint.lower() == wanted.lower():
        return None
    words = f"This is wallet {fingerprint.upper()}; the pinned one is {wanted.upper()}."
    return Objection("G2", words, "Connect the pinned wallet, with the same passphrase as before.")


def not_sent_objections(transfer: Transfer, facts: Facts) -> tuple[Objection, ...]:
    """Return what speaks against 'it was never sent' (G12); empty when nothing does."""
    return tuple(Objection(*trouble) for trouble in _against_not_sent(transfer, facts))


def has_gas(destinations: Iterable[DestinationProof], way: Route) -> bool:
    """Whether the chain's own coin, which moves tokens on, has had a verified arrival in the wallet there."""
    coin = CHAINS[way.chain].coin
    return any((p.coin, p.script) == (coin, way.script) and p.verified_ms is not None for p in destinations)


def gas_remedy(way: Route) -> str:
    """Return what to do where nothing is known to lie there that could move a token on."""
    coin = CHAINS[way.chain].coin
    if any((one.coin, one.chain) == (coin, way.chain) for one in ROUTES):
        return f"Move a little {coin} to the same wallet as well."
    return f"Seawall does not bring {coin} home: send a little there yourself."


def clock_words(at_ms: int) -> str:
    """Return a moment as people read it, UTC."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%d %b %H:%M UTC")


Troubles = Iterator[tuple[str, str, str]]


def _forbidding(transfer: Transfer, facts: Facts, now_ms: int) -> Troubles:
    state = transfer.state
    if state in (S.DRAFT, S.ROUTED):
        yield from _before_route(transfer, facts)
    if state in (S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED, S.ARRIVED):
        expected = transfer.destination.fingerprint if transfer.destination is not None else ""
        wrong = wrong_wallet(facts.device_fingerprint, facts, expected)
        if wrong is not None:
            yield wrong.rule, wrong.message, wrong.remedy
    if transfer.alarm and state in (S.PROVED, S.SENT, S.UNKNOWN):
        yield "G4", transfer.alarm, transfer.alarm_remedy
    if state is S.PROVED:
        yield from _before_sending(transfer, facts, now_ms)


def _before_route(transfer: Transfer, facts: Facts) -> Troubles:
    venue = venue_name(transfer.venue)
    if facts.networks is None or facts.idle is None:
        why = f" {facts.trouble}" if facts.trouble else ""
        yield "G9", f"{venue} has not said yet what is idle and which networks are open.{why}", "Wait, or look again."
        return
    network = usable_network(transfer, facts)
    if network is None:
        reasons = [f"{n.network}: {why_not(transfer.venue, n)}" for n in facts.networks if n.coin == transfer.coin]
        words = f"No safe way out of {venue} for {transfer.coin}. {'; '.join(reasons)}".strip()
        yield "G5", words, f"Look again later; {venue} may open it."
        return
    yield from amount_troubles(transfer, facts.idle, network)
    yield from leaving_troubles(facts.leaving)


def _before_sending(transfer: Transfer, facts: Facts, now_ms: int) -> Troubles:
    venue = venue_name(transfer.venue)
    if facts.records == "asked":
        words = f"{venue} is being asked whether this was already sent."
        yield "G16", words, "Do not send before it has answered."
    network = next((n for n in facts.networks or () if n.network == transfer.network), None)
    why = "" if network is None else why_not(transfer.venue, network)
    if why:
        yield "G9", f"Sending is not possible now: {why}.", "The proved destination stays; look again later."
    held = _held_until(transfer, facts, now_ms)
    if held is not None:
        words = f"{venue} holds this new address until {clock_words(held)}."
        yield "G9", words, "It opens here again by itself; nothing has to be done twice."
    yield from leaving_troubles(facts.leaving)


def _held_until(transfer: Transfer, facts: Facts, now_ms: int) -> int | None:
    proof = transfer.destination
    if proof is None:
        return None
    for entry in facts.saved or ():
        held = is_same(entry.address, proof.address, proof.script)
        if held and entry.usable_from_ms is not None and entry.usable_from_ms > now_ms:
            return entry.usable_from_ms
    return None


def _worth_a_word(transfer: Transfer, facts: Facts, now_ms: int) -> Troubles:
    state = transfer.state
    early = state in (S.DRAFT, S.ROUTED)
    if early and transfer.proposed and not transfer.stored_destination:
        yield "G10", "A test amount goes first.", "The rest follows without copying the address again."
    if early or facts.leaving is not None:
        yield from leaving_words(facts.leaving)
    if state in (S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED):
        network = next((n for n in facts.networks or () if n.network == transfer.network), None)
        why = "" if network is None else why_not(transfer.venue, network)
        if why:
            yield (
                "G9",
                f"Sending would not be possible now: {why}.",
                "Prove the destination meanwhile.",
            )
        held = _held_until(transfer, facts, now_ms)
        if held is not None:
            yield "G9", f"The exchange holds this new address until {clock_words(held)}.", "Prove it meanwhile."
        yield from leaving_troubles(facts.leaving)
    if state is S.PROVED and facts.records == "silent":
        words = f"{venue_name(transfer.venue)} does not say whether this was already sent."
        yield "G16", words, "Read the withdrawal records on its own page before you send."
    if state in (S.COMPARED, S.PROVED):
        yield from _address_book_words(transfer, facts)
    if state not in (S.DRAFT, *FINAL_STATES):
        yield from _gas_words(transfer, facts)
    if state not in FINAL_STATES and transfer.required_sources < 2:
        yield "G13", "Only one source watches the chain.", "Add a second one in the settings."
    yield from _slow_words(transfer, now_ms)
    for remark in transfer.remarks:
        yield "G13", remark, ""


def _address_book_words(transfer: Transfer, facts: Facts) -> Troubles:
    proof, venue = transfer.destination, venue_name(transfer.venue)
    if proof is None or facts.saved is None:
        return
    if not any(is_same(entry.address, proof.address, proof.script) for entry in facts.saved):
        yield "G9", f"{venue}'s address book does not list this address.", "Save it there before you send."
    for entry in facts.saved:
        if look_alike(proof.address, entry.address, proof.script):
            yield "G14", f"{venue}'s address book also holds a look-alike: {entry.address}.", "Remove that entry."


def _gas_words(transfer: Transfer, facts: Facts) -> Troubles:
    ways = [way for way in routes_of(transfer.venue, transfer.coin) if transfer.network in ("", way.network)]
    for way in ways[:1]:
        coin = CHAINS[way.chain].coin
        if way.is_token and not has_gas(facts.destinations, way):
            words = f"Your wallet can hold {transfer.coin} there, but moves it on only with some {coin} for gas."
            yield "G8", words, gas_remedy(way)


def _slow_words(transfer: Transfer, now_ms: int) -> Troubles:
    if transfer.state not in (S.ACCEPTED, S.BROADCAST):
        return
    since_ms = transfer.known.get(transfer.state.value, now_ms)
    usual_ms = (transfer.eta_minutes or 60) * 60_000
    if now_ms - since_ms > SLOW_FACTOR * usual_ms:
        words = f"It takes more than {SLOW_FACTOR} times as long as usual."
        yield (
            "G12",
            words,
            f"Ask the exchange's support and name {transfer.venue_ref or transfer.txid}. Do not send again.",
        )


def _against_not_sent(transfer: Transfer, facts: Facts) -> Troubles:
    if transfer.state is not S.UNKNOWN:
        yield "G12", "Its outcome is not unknown.", "Follow the page you are on."
        return
    if transfer.alarm:
        yield "G12", transfer.alarm, transfer.alarm_remedy
    if not facts.looks:
        yield "G12", "No place has been asked yet.", "Wait for the next looks."
    for look in facts.looks:
        if look.last != "absent":
            yield "G12", f"{look.place} has not answered 'nothing there'.", "Wait for its answer."
        elif look.absent < NOT_SENT_LOOKS or look.at_ms - look.since_ms < NOT_SENT_AFTER_MS:
            yield "G12", f"{look.place} was not asked often enough yet ({look.absent} looks).", "Wait ten minutes."
    before, idle = transfer.balance_before, facts.idle
    if idle is None:
        yield "G12", "The exchange has not said what is idle now.", "Wait for its answer."
    elif before is not None and idle < before:
        words = f"{plain(before - idle)} {transfer.coin} less lie idle than before: they may be on their way."
        yield "G12", words, "Do not send again."
