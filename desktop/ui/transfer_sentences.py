"""The sentences of the transfer pages through translation: what to do, why not, what each outcome means."""

from __future__ import annotations

from desktop.custody.transfer import TransferState
from desktop.domain.chain_addresses import SOLANA, TRON
from desktop.ui.transfer.seen import Seen, is_open
from desktop.ui.transfer_wording import clock, coins, confirmations, span, tr, venue_name

S = TransferState


def to_do(seen: Seen) -> tuple[str, str]:
    """Return the one thing to do now: a sentence, and how."""
    venue, coin = venue_name(seen.transfer.venue), seen.transfer.coin
    if seen.transfer.alarm and seen.view.page == "refused":
        return tr("Stop."), seen.transfer.alarm_remedy
    if seen.device.asks and seen.view.busy:
        return tr("Look at the device."), tr("Read what it shows, then press ✓ on it, or ✕ if anything is off.")
    match seen.transfer.state:
        case S.DRAFT:
            return tr("Choose how much leaves."), tr("Nothing moves yet. You can change it until you send.")
        case S.ROUTED:
            return tr("Choose the network."), tr("Only networks that your wallet can watch and sign on are offered.")
        case S.NEEDS_ADDRESS:
            return tr("Let the device show the address."), tr(
                "Compare it with this page, group by group, and confirm it on the device."
            )
        case S.ADDRESS_SHOWN if seen.transfer.page_mismatch:
            return tr("Do not send to this address."), tr(
                "{venue} holds another address. Remove that entry, save the right one, then paste back again."
            ).format(venue=venue)
        case S.ADDRESS_SHOWN:
            return tr("Compare {venue}’s page with the device.").format(venue=venue), tr(
                "Save the address in {venue}’s address book. Then copy what the page holds and paste it here."
            ).format(venue=venue)
        case S.COMPARED:
            return tr("Let the device sign the challenge."), tr(
                "A signature proves that your wallet holds the key of this address. It moves nothing."
            )
        case S.PROVED if seen.view.objections:
            return tr("Do not send now."), tr("What speaks against it, and what would help, stands above the page.")
        case S.PROVED:
            return tr("Send it once, on {venue}’s page.").format(venue=venue), tr(
                "Choose the saved address there. Come back when {venue} says that it took the request."
            ).format(venue=venue)
        case S.UNKNOWN:
            return tr("Wait. Do not use {venue}’s withdraw form for these coins.").format(venue=venue), tr(
                "Seawall keeps looking. You may close this page."
            )
        case S.ARRIVED:
            return tr("Let the device derive the address again."), tr(
                "If it derives the same address, the coins lie where your wallet can spend them."
            )
        case S.VERIFIED:
            return tr("The {coin} is in your wallet.").format(coin=coin), tr(
                "Keep the evidence. The bulk transfer takes the same stored destination."
            )
        case S.REJECTED | S.FAILED | S.DROPPED:
            return tr("This transfer has ended."), tr("A new try is a new transfer with a new id.")
    return tr("Wait. Nothing to press."), tr("Exchange and chain are asked on their own clocks. Do not send again.")


def banner(seen: Seen) -> tuple[str, str, str] | None:
    """Return (kind, sentence, explanation) for the pages that open with one sentence."""
    transfer, venue = seen.transfer, venue_name(seen.transfer.venue)
    if transfer.alarm and seen.view.page == "refused":
        return "refused", tr("Stop. Send nothing from {venue} now.").format(venue=venue), transfer.alarm
    match transfer.state:
        case S.UNKNOWN:
            return (
                "unknown",
                tr("We do not know yet. Do not send again."),
                tr(
                    "You said it was sent at {at} UTC. Neither {venue} nor the chain has shown it since."
                    " The request may have gone through. Seawall only looks from here on."
                ).format(at=clock(transfer.said_sent_ms), venue=venue),
            )
        case S.REJECTED | S.FAILED:
            words = (
                tr("{venue} rejected it.") if transfer.state is S.REJECTED else tr("{venue} could not complete it.")
            )
            return (
                "refused",
                words.format(venue=venue),
                tr("{venue}’s words: {reason}").format(venue=venue, reason=transfer.reason or tr("none given")),
            )
        case S.DROPPED:
            return "dropped", tr("Given up before anything was sent."), transfer.reason or tr("No coin was moved.")
        case S.VERIFIED:
            amount = coins(transfer.received, transfer.coin)
            return (
                "done",
                tr("{amount} arrived and is yours.").format(amount=amount),
                tr("Seen on the exchange and by two chain sources, and your device derived the address again."),
            )
    return None


def send_instructions(seen: Seen) -> tuple[str, ...]:
    """Return what the person does on the exchange's own page, in order."""
    transfer, venue = seen.transfer, venue_name(seen.transfer.venue)
    return (
        _withdraw_page(seen).format(venue=venue, coin=transfer.coin),
        tr("Choose the saved address. Do not type it and do not paste it."),
        tr("Choose the network {network}, no other. Enter {amount}.").format(
            network=seen.network_name, amount=coins(transfer.amount, transfer.coin)
        ),
        tr("Compare the address there with the groups below, the underlined ones first."),
        tr("Confirm it there once. If the page hangs, do not repeat it: come back and say so here."),
    )


def reason_against(seen: Seen) -> str:
    """Return why the next step may not be taken now, or nothing."""
    if seen.view.busy:
        return seen.view.busy
    return next((f"{text} {remedy}".strip() for _, text, remedy in seen.view.objections), "")


def _withdraw_page(seen: Seen) -> str:
    if seen.desk.world == "practice":
        return tr("Open {venue}’s withdraw page for {coin}: in practice it stands below.")
    return tr("Open {venue}’s withdraw page for {coin}.")


def foot_reason(seen: Seen) -> str:
    """Return why the next step may not be taken, for a page below the notices: what they say is not said again."""
    if seen.view.busy:
        return seen.view.busy
    return tr("Locked: the reason stands above.") if seen.view.objections else ""


def signed_words(seen: Seen) -> str:
    """Return what the text on the page of the proof is."""
    if _kind(seen) == TRON:
        return tr("The text in the memo of what the device signs. A Classic shows the transfer alone.")
    if _kind(seen) == SOLANA:
        return tr("The text in the memo of what the device signs.")
    return tr("The text that the device signs")


def harmless_words(seen: Seen) -> str:
    """Return why it harms nothing to sign the proof."""
    if _kind(seen) == SOLANA:
        return tr(
            "This wallet signs no texts here. It is a transfer of 0.000000001 SOL to yourself that names a block"
            " which there is not: no node takes it, so it moves nothing."
        )
    if _kind(seen) == TRON:
        return tr(
            "TRON wallets sign no texts. This is a transfer of 0.000001 TRX to yourself that expired in 1970:"
            " no node takes it, so it moves nothing."
        )
    return tr("Signing a text moves no coins and gives no one a key.")


def _kind(seen: Seen) -> str:
    return "" if seen.destination is None else seen.destination.script


def refusal_head() -> str:
    """Return the words before a refusal."""
    return tr("Not done.")


def question_sent(seen: Seen) -> str:
    """Return the question asked before 'sent' is taken as said."""
    return tr("Did you send {amount} once on {venue}’s page, and did {venue} take it?").format(
        amount=coins(seen.transfer.amount, seen.transfer.coin), venue=venue_name(seen.transfer.venue)
    )


def read_first_words(middle: range) -> str:
    """Return which groups to read first."""
    return tr("Read groups {first} to {last} first").format(first=middle.start + 1, last=middle.stop)


def handed_over_words(seen: Seen) -> str:
    """Return what stands beside the address about handing it over."""
    if seen.transfer.state is S.ADDRESS_SHOWN:
        return tr("Hand it over once, then compare what arrived.")
    proof = seen.destination
    at = clock(proof.compared_ms if proof is not None else None)
    return tr("Compared {at}. Never copied again.").format(at=at)


def status_words(seen: Seen) -> str:
    """Return how far the coins are, in one line."""
    transfer, venue = seen.transfer, venue_name(seen.transfer.venue)
    match transfer.state:
        case S.SENT:
            return tr("You said it is sent. Nothing has shown it yet.")
        case S.ACCEPTED:
            return tr("{venue} lists it and is working on it.").format(venue=venue)
        case S.BROADCAST:
            return tr("On its way: the transaction is known, not in a block yet.")
        case S.CONFIRMING:
            if transfer.needs_final:
                return tr("In a block. Waiting until the chain calls it final.")
            return tr("In a block. Waiting until enough others follow.")
        case S.ARRIVED:
            return tr("Arrived, and the sources agree.")
    return tr("Watching.")


def no_link_words(seen: Seen) -> str:
    """Return why there is no explorer link."""
    if not seen.transfer.txid:
        return tr("No explorer link yet: no transaction is known.")
    return tr("No explorer link: this chain is not public.")


def unknown_for(seen: Seen) -> str:
    """Return for how long the outcome has been unknown."""
    since = seen.transfer.known.get(S.UNKNOWN.value, seen.desk.now_ms)
    return tr("unknown for {span}").format(span=span(seen.desk.now_ms - since))


def outcomes(seen: Seen) -> tuple[tuple[str, str], ...]:
    """Return what each answer would mean: (if, then)."""
    venue = venue_name(seen.transfer.venue)
    told = (
        (tr("If it shows up"), tr("On {venue} or on the chain: this transfer goes on at step 6. Nothing to do.")),
        (tr("If {venue} rejects it"), tr("This transfer ends. A new one, with a new id, may then be sent.")),
        (tr("If nothing shows up"), tr("Read {venue}’s own withdrawal page, then say here what it lists.")),
    )
    return tuple((head.format(venue=venue), text.format(venue=venue)) for head, text in told)


def question_not_sent(seen: Seen) -> str:
    """Return the question asked before 'never sent' is taken as said."""
    return tr("Did you read {venue}’s own withdrawal page, and does it list no such withdrawal?").format(
        venue=venue_name(seen.transfer.venue)
    )


def arrived_lines(seen: Seen) -> tuple[tuple[bool, str, str], ...]:
    """Return the five certainties of the last page: (holds, words, note)."""
    transfer, proof = seen.transfer, seen.destination
    received = coins(transfer.received, transfer.coin)
    verified = proof is not None and proof.verified_ms is not None
    return (
        (True, tr("{amount} arrived").format(amount=received), confirmations(seen)),
        (True, tr("At the address that you compared three ways"), clock(proof.compared_ms if proof else None)),
        (True, tr("Whose key signed the challenge"), clock(proof.proved_ms if proof else None)),
        (True, tr("Seen by the exchange and on the chain"), transfer.venue_ref),
        (
            verified,
            tr("The device derived the same address again"),
            clock(proof.verified_ms) if proof is not None and verified else tr("not yet"),
        ),
    )


def bulk_words(seen: Seen) -> str:
    """Return what the bulk transfer is about."""
    if seen.view.idle:
        return tr("{amount} still lie idle on {venue}. The way is proved now.").format(
            amount=f"{seen.view.idle} {seen.transfer.coin}", venue=venue_name(seen.transfer.venue)
        )
    return tr("The way is proved now. What is left on {venue} can follow on it.").format(
        venue=venue_name(seen.transfer.venue)
    )


def ended_words(seen: Seen) -> str:
    """Return what to do about a transfer that ended without arriving."""
    if seen.transfer.alarm and is_open(seen.transfer):
        return tr("Do first what stands under “What to do now”. Exchange and chain are watched meanwhile.")
    if seen.transfer.reason_remedy:
        return seen.transfer.reason_remedy
    if seen.transfer.state is S.DROPPED:
        return tr("Nothing was moved. You can begin again at any time.")
    return tr("Check on {venue}’s own page that the coins are back, then begin again.").format(
        venue=venue_name(seen.transfer.venue)
    )
