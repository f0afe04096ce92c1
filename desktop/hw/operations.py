"""What Seawall asks of any wallet, whatever its coins.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`).
"""

from __future__ import annotations

import msgspec

from desktop.hw import messages
from desktop.hw.session import Session


class WalletFacts(msgspec.Struct, frozen=True):
    """What a device says of itself. `pin` and `passphrase` tell whether it is protected by one.

    `protocol` is the version of its wire protocol; 2 is `experimental`: written from its description, never tried on
    a device.
    """

    initialized: bool
    vendor: str
    model: str
    firmware: str
    serial: str
    label: str
    pin: bool
    passphrase: bool
    protocol: int
    experimental: bool


def features(session: Session) -> WalletFacts:
    """Return what the device says of itself now; asks nothing of the person."""
    said = session.call(messages.GetFeatures(), messages.Features) if session.protocol == 1 else session.features
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
        protocol=session.protocol,
        experimental=session.protocol != 1,
    )
