"""A wallet's account, pinned when it was proved and checked again before each use.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`), or BadInput for a path.
"""

from __future__ import annotations

import msgspec

from desktop.domain.account_key import account_path
from desktop.domain.derivation_path import is_testnet, parse_path
from desktop.hw import errors, messages
from desktop.hw.public_keys import fingerprint, node
from desktop.hw.session import Session


class PinnedAccount(msgspec.Struct, frozen=True):
    """The fingerprint of the master key (8 hex digits), and path and extended public key of one of its accounts."""

    fingerprint: str
    path: str
    xpub: str


def account_of(session: Session, path: str) -> PinnedAccount:
    """Return the account that this path lies in, asked of the device now; it may ask to be unlocked."""
    session.forget_wallet()
    account = account_path(path)
    numbers = parse_path(account)
    root = fingerprint(session)
    return PinnedAccount(root, account, node(session, numbers).xpub(testnet=is_testnet(numbers)))


def must_be(session: Session, pinned: PinnedAccount) -> None:
    """Raise WrongWallet, saying which, unless the wallet that is open now has this account; the device is asked."""
    found = account_of(session, pinned.path)
    if found == pinned:
        return
    if found.fingerprint == pinned.fingerprint:
        session.drop()
        raise errors.NotProved("its master key is that of the pinned wallet, its account key is not")
    raise errors.WrongWallet(f"wallet {pinned.fingerprint}", f"wallet {found.fingerprint}", _how_opened(session))


def _how_opened(session: Session) -> str:
    said = session.features
    if session.protocol == 1:
        said = session.call(messages.GetFeatures(), messages.Features)
    if said.unlocked_attach_pin:
        return "it was opened with the PIN of a hidden wallet"
    if said.passphrase_protection:
        return "it was opened with another passphrase, or has another seed"
    return "it has another seed"
