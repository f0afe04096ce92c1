"""The account at a path as the device's own public key gives it, and how Ethereum's questions are put to a device.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from desktop.domain.evm_address import address_of_key
from desktop.hw import errors
from desktop.hw.ethereum.numbering import no_ethereum
from desktop.hw.public_keys import key_at, not_proved
from desktop.hw.session import Screen, Session
from desktop.hw.wire.codec import Message

M = TypeVar("M", bound=Message)


def account_at(session: Session, path: tuple[int, ...]) -> str:
    """Return the address at the path, derived here from the device's public key of the path's hardened part."""
    return address_of_key(key_at(session, path).public_key)


def ask(
    session: Session,
    request: Message,
    expect: type[M] | tuple[type[M], ...],
    screen: Screen | Callable[[], Screen],
) -> M:
    """Put the first request of an operation to the device. Raises NotSupported where it knows no Ethereum."""
    try:
        return session.call(request, expect, screen=screen)
    except errors.NotSupported as unknown:
        raise no_ethereum(unknown.request) from None


def check_signer(session: Session, expected: str, told: str, recovered: str | None) -> None:
    """Drop the link and raise NotProved unless the device names, and the signature gives, the expected address."""
    if told != expected:
        not_proved(session, f"it says that {told} signed, its own key gives {expected}")
    if recovered != expected:
        not_proved(session, f"the signature is not that of {expected} over what was asked")
