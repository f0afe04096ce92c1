"""How each chain's addresses and message signatures are asked of the device. All run on the thread of its session."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from desktop.domain.chains import BITCOIN, ETHEREUM
from desktop.domain.errors import DeviceTrouble
from desktop.engine.ports import DeviceAddress, SignedMessage
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.ethereum import operations as ethereum
from desktop.hw.session import Session


class WalletChain(NamedTuple):
    """What a transfer asks of the device on one chain. Both raise DeviceTrouble."""

    address: Callable[[Session, str, bool], DeviceAddress]
    sign: Callable[[Session, str, str], SignedMessage]


def wallet_of(chain: str) -> WalletChain:
    """Return how the device is asked on this chain. Raise DeviceTrouble where it is not."""
    found = _CHAINS.get(chain)
    if found is None:
        raise DeviceTrouble(f"the wallet cannot be asked for the chain {chain!r}", "Choose another network.")
    return found


def _bitcoin_address(session: Session, path: str, show: bool) -> DeviceAddress:
    found = bitcoin.bitcoin_address(session, path, show=show)
    return DeviceAddress(found.address, found.path, found.script, found.fingerprint, show)


def _bitcoin_signature(session: Session, path: str, message: str) -> SignedMessage:
    signed = bitcoin.sign_message(session, path, message)
    return SignedMessage(signed.address, signed.signature)


def _ethereum_address(session: Session, path: str, show: bool) -> DeviceAddress:
    found = ethereum.ethereum_address(session, path, chain_id=1, show=show)
    return DeviceAddress(found.address, found.path, ETHEREUM.kind, found.fingerprint, show)


def _ethereum_signature(session: Session, path: str, message: str) -> SignedMessage:
    signed = ethereum.sign_ethereum_message(session, path, message)
    return SignedMessage(signed.address, signed.signature)


_CHAINS = {
    BITCOIN.id: WalletChain(_bitcoin_address, _bitcoin_signature),
    ETHEREUM.id: WalletChain(_ethereum_address, _ethereum_signature),
}
