"""The words of the transfer window through translation: amounts, times, titles, steps, facts. Sentences of the pages
are in `transfer_sentences`."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from desktop.custody.transfer import DestinationProof, TransferState
from desktop.domain.bitcoin_address import groups as groups_of
from desktop.domain.money import plain
from desktop.domain.venue_names import venue_name as venue_name
from desktop.engine.desk_view import DeviceQuestion, DeviceView
from desktop.ui import wording
from desktop.ui.transfer.seen import Seen

_LEAST_DECIMALS, _LEAST_OF_DOLLARS = 4, 2
_DOLLARS = frozenset({"USDT", "USDC"})
S = TransferState


def tr(text: str) -> str:
    """Return the text in the person's language."""
    return QCoreApplication.translate("Transfer", text)


def wallet_name(seen: Seen) -> str:
    """Return the wallet's make, as the device names itself."""
    return tr("OneKey") if not seen.device.model else tr("OneKey {model}").format(model=seen.device.model)


def coins(value: Decimal | None, coin: str) -> str:
    """Return an exact amount with its coin, never rounded: two decimals of dollars at least, four of other coins."""
    if value is None:
        return tr("amount not known")
    text = plain(value)
    whole, _, decimals = text.partition(".")
    least = _LEAST_OF_DOLLARS if coin in _DOLLARS else _LEAST_DECIMALS
    return f"{whole}.{decimals.ljust(least, '0')} {coin}"


def clock(at_ms: int | None) -> str:
    """Return the time of day in UTC; words when it is not known."""
    if at_ms is None:
        return tr("not yet")
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%H:%M:%S")


def span(ms: int) -> str:
    """Return a length of time: 12 s, 3 min 02 s, 1 h 04 min."""
    seconds = max(0, ms // 1000)
    if seconds < 60:
        return tr("{s} s").format(s=seconds)
    if seconds < 3600:
        return tr("{m} min {s} s").format(m=seconds // 60, s=f"{seconds % 60:02d}")
    return tr("{h} h {m} min").format(h=seconds // 3600, m=f"{seconds // 60 % 60:02d}")


def fingerprint(digits: str) -> str:
    """Return a key fingerprint in groups, as on the device."""
    return " ".join(groups_of(digits.upper()))


def title(seen: Seen) -> str:
    """Return the page's title."""
    transfer = seen.transfer
    if transfer.amount is None:
        return tr("Move {coin} to my wallet").format(coin=transfer.coin)
    return tr("Move {amount} to my wallet").format(amount=coins(transfer.amount, transfer.coin))


def subtitle(seen: Seen) -> str:
    """Return what stands beside the title."""
    return tr("{venue} → {wallet} · transfer {id} · manual rail").format(
        venue=venue_name(seen.transfer.venue), wallet=wallet_name(seen), id=seen.transfer.id
    )


def world_label(world: str, label: str) -> str:
    """Return the words that say which world this is; empty in the live one."""
    name = {"practice": tr("PRACTICE · no real money"), "replay": tr("REPLAY · recorded data")}.get(world, "")
    return name or label


def step_names() -> tuple[str, ...]:
    """Return the names of the seven steps."""
    return (tr("What"), tr("Route"), tr("Destination"), tr("Proof"), tr("Send"), tr("Watch"), tr("Done"))


def step_note(step: int, seen: Seen) -> str:
    """Return the line below a step's name: what was decided there, or what it is for."""
    transfer, proof = seen.transfer, seen.destination
    reached = seen.step
    match step:
        case 1:
            return coins(transfer.amount, transfer.coin) if reached > 1 else tr("coin and amount")
        case 2:
            return route_note(seen) if transfer.network else tr("network, fee and time")
        case 3 if proof is not None and proof.compared_ms is not None:
            return tr("device, program and page agree")
        case 3:
            return tr("device, program and page")
        case 4 if proof is not None and proof.proved_ms is not None:
            return tr("signed and verified {at}").format(at=clock(proof.proved_ms))
        case 4:
            return tr("the device signs a challenge")
        case 5:
            return send_note(seen)
        case 6:
            return watch_note(seen)
        case _:
            return tr("verified again, evidence kept")


def route_note(seen: Seen) -> str:
    """Return network and time of the chosen route."""
    return f"{seen.network_name} · {eta(seen.eta_minutes)}"


def eta(minutes: int | None) -> str:
    """Return how long it usually takes."""
    return tr("time not known") if minutes is None else tr("about {m} min").format(m=minutes)


def send_note(seen: Seen) -> str:
    """Return what is known of the sending."""
    transfer = seen.transfer
    if transfer.state is S.UNKNOWN:
        return tr("sent once, outcome unknown")
    if transfer.said_sent_ms is not None:
        return tr("you sent it {at}").format(at=clock(transfer.said_sent_ms))
    if seen.steps.get("send") == "done":
        return tr("seen before you said so")
    return tr("on {venue}’s page, once").format(venue=venue_name(transfer.venue))


def watch_note(seen: Seen) -> str:
    """Return how far exchange and chain are."""
    transfer = seen.transfer
    if transfer.state in (S.CONFIRMING, S.ARRIVED, S.VERIFIED):
        return confirmations(seen)
    return tr("exchange and chain, two sources")


def confirmations(seen: Seen) -> str:
    """Return the confirmations as n of m; where a block becomes final, how many have come until then."""
    transfer = seen.transfer
    if transfer.needs_final:
        if transfer.state in (S.ARRIVED, S.VERIFIED):
            return tr("final, {n} blocks deep").format(n=transfer.confirmations)
        words = tr("{n} of about {m} blocks")
        return words.format(n=transfer.confirmations, m=transfer.required_confirmations)
    return tr("{n} of {m} confirmations").format(n=transfer.confirmations, m=transfer.required_confirmations)


def saved_line(seen: Seen) -> str:
    """Return the words at the foot of the steps."""
    if seen.transfer.state is S.UNKNOWN:
        return tr("Sending is locked for this transfer until the outcome is known. This holds after a restart too.")
    return tr("Saved. You can close this window at any time. It opens here again.")


def facts(seen: Seen) -> tuple[tuple[str, str], ...]:
    """Return what is certain, as (name, value)."""
    transfer, proof = seen.transfer, seen.destination
    rows: list[tuple[str, str]] = []
    shown = proof.fingerprint if proof is not None else seen.device.fingerprint
    if shown:
        rows.append((tr("Wallet"), fingerprint(shown)))
    if proof is not None:
        rows += [(tr("Path"), proof.path), (tr("Confirmed"), f"{clock(proof.shown_ms)} UTC")]
        rows += [(tr("Compared"), f"{clock(at)} UTC") for at in (proof.compared_ms,) if at is not None]
        rows += [(tr("Proved"), f"{clock(at)} UTC") for at in (proof.proved_ms,) if at is not None]
    sent = transfer.said_sent_ms
    if sent is not None:
        rows.append((tr("You sent it"), f"{clock(sent)} UTC"))
    if transfer.state is S.UNKNOWN:
        rows.append((tr("Unknown since"), f"{clock(transfer.known.get(S.UNKNOWN.value))} UTC"))
    if transfer.venue_ref:
        rows.append((tr("Exchange ref"), transfer.venue_ref))
    return tuple(rows)


def saved_in_book(seen: Seen) -> bool | None:
    """Return whether the exchange's address book is seen to hold an entry; None where it cannot be seen."""
    page, proof = seen.desk.exchange_page, seen.destination
    if proof is not None and proof.book_seen_ms is not None:
        return True
    return None if page is None else bool(page.saved_address.get(seen.transfer.coin))


def program_words(proof: DestinationProof, *, differs: bool) -> str:
    """Return how Seawall came by the address it holds."""
    if differs:
        return tr("equal to the device")
    if proof.program_source == "account_key":
        return tr("derived from the pinned key")
    return tr("asked again, unshown") if proof.program_source == "device_unshown" else tr("from the device")


def device_state(device: DeviceView) -> str:
    """Return the state of the wallet in a word or two."""
    asks = device.asks or device.question is not None
    state = wording.device_words("busy" if asks else device.state)
    if device.state == "busy" and not asks:
        state = tr("working")
    return state


def device_glass(device: DeviceView) -> str:
    """Return what stands on the drawn glass where the words there are not known."""
    match device.question:
        case DeviceQuestion(kind="pin"):
            return tr("digits, shuffled")
        case DeviceQuestion(kind="passphrase"):
            return tr("waits for this computer")
    return device_state(device)


def device_caption(device: DeviceView) -> str:
    """Return what the person should know about what the device shows."""
    if device.question is not None:
        return tr("It waits for you.")
    match device.state:
        case "absent":
            return tr("Connect the wallet by cable and unlock it.")
        case "connecting":
            return tr("Seawall is greeting it.")
        case "locked":
            return tr("Unlock it on the device.")
        case "trouble":
            return ""
    if device.asks:
        return tr("It waits for you. Read it, then press ✓ or ✕ on it.")
    return tr("Nothing is asked of it.") if device.state == "ready" else tr("It is working.")
