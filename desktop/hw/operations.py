"""What Seawall asks of any wallet, whatever its coins.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`).
"""

from __future__ import annotations

import msgspec

from desktop.hw import messages
from desktop.hw.session import Session


class WalletFacts(msgspec.Struct, frozen=True):
    """What a device says of itself. `pin` and `passphrase` tell whether it is protected by one."""

    initialized: bool
    vendor: str
    model: str
    firmware: str
    serial: str
    label: str
    pin: bool
    passphrase: bool


def features(session: Session) -> WalletFacts:
    """Return what the device says of itself now; asks nothing of the person."""
    said = session.call(messages.GetFeatures(), messages.Features)
    identity = session.identity
    return WalletFacts(
        initialized=bool(said.initialized),
        vendor=identity.vendor,
        model=identity.model,
        firmware=identity.firmware,
        serial=identity.serial,
        label=said.label or "",
        pin=bool(said.pin_protection),
        passphrase=bool(said.passphrase_protection),
    )
