"""From a transfer to the page of the guide the person belongs to, and to the state of its seven steps. Pure."""

from __future__ import annotations

from desktop.custody.transfer import Transfer, TransferState

S = TransferState

STEPS = ("what", "route", "destination", "proof", "send", "watch", "done")

_PAGE = {
    S.DRAFT: "what",
    S.ROUTED: "route",
    S.NEEDS_ADDRESS: "destination",
    S.ADDRESS_SHOWN: "destination",
    S.COMPARED: "proof",
    S.PROVED: "send",
    S.SENT: "watch",
    S.UNKNOWN: "unknown",
    S.ACCEPTED: "watch",
    S.BROADCAST: "watch",
    S.CONFIRMING: "watch",
    S.ARRIVED: "done",
    S.VERIFIED: "done",
    S.REJECTED: "refused",
    S.FAILED: "refused",
    S.DROPPED: "refused",
}


def page(transfer: Transfer) -> str:
    """Return the page: one of the seven steps, or `unknown`, or `refused`."""
    if transfer.alarm and transfer.state in (S.PROVED, S.SENT, S.UNKNOWN):
        return "refused"
    return _PAGE[transfer.state]


def steps(transfer: Transfer) -> tuple[tuple[str, str], ...]:
    """Return (step, state) for all seven: done, now, later, unknown or refused.

    With a stored destination the steps destination and proof are done as soon as the route is chosen.
    """
    here = page(transfer)
    at = here if here in STEPS else _stopped_at(transfer)
    index = STEPS.index(at)
    mark = here if here in ("unknown", "refused") else "now"
    if transfer.state is S.VERIFIED:
        mark = "done"
    return tuple(
        (step, "done" if place < index else mark if place == index else "later") for place, step in enumerate(STEPS)
    )


def _stopped_at(transfer: Transfer) -> str:
    """Return the step that an unknown or refused transfer stands at: the last one it entered."""
    ended = (S.UNKNOWN, S.REJECTED, S.FAILED, S.DROPPED)
    entered = [(at_ms, S(name)) for name, at_ms in transfer.known.items() if S(name) not in ended]
    if not entered:
        return "what"
    order = list(_PAGE)
    state = max(entered, key=lambda item: (item[0], order.index(item[1])))[1]
    return "send" if state is S.SENT else _PAGE[state]
