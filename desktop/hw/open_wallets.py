"""The lock of a device, and the several wallets that one device opens: one for each passphrase or hidden PIN.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`).
"""

from __future__ import annotations

from desktop.hw import errors, messages, public_keys
from desktop.hw.session import Session

_PIN_SCREEN = ("Enter your PIN on the wallet",)


def unlock(session: Session) -> bool:
    """Let the person enter the PIN if the device is locked; return whether the PIN of a hidden wallet opened it.

    Firmware that has no request for this alone is asked for a public key, which may ask for the passphrase as well.
    """
    try:
        answer = session.call(messages.UnlockDevice(), messages.UnlockDeviceResponse, screen=_PIN_SCREEN)
    except errors.NotSupported:
        public_keys.fingerprint(session)
        return bool(session.features.unlocked_attach_pin)
    return bool(answer.unlocked_attach_pin)


def lock(session: Session) -> None:
    """Lock the device. Its wallets stay open behind the lock, until its power goes."""
    session.call(messages.LockDevice(), messages.Success)


def wallet_name(session: Session) -> str:
    """Return the device's own name for the open wallet: its first address on Bitcoin's test network.

    Raises NotSupported where the firmware has no name for it; its fingerprint does as well.
    """
    return session.call(messages.GetPassphraseState(), messages.PassphraseState).passphrase_state


def open_another(session: Session) -> str:
    """Open another wallet of the device, for which the passphrase is asked anew; return its fingerprint.

    The one open before is kept: `return_to` finds it again without a passphrase.
    """
    session.restart(None)
    return public_keys.fingerprint(session)


def return_to(session: Session, fingerprint: str) -> None:
    """Return to a wallet that this session had open before. Raises WrongWallet if the device opens another one now.

    After its power was gone the device asks for the passphrase again.
    """
    session.restart(session.opened.get(fingerprint))
    found = public_keys.fingerprint(session)
    if found != fingerprint:
        raise errors.WrongWallet(f"wallet {fingerprint}", f"wallet {found}")
