"""How each chain's addresses and message signatures are asked of the device. All run on the thread of its session."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from desktop.domain import solana_proof, tron_proof
from desktop.domain.chains import BITCOIN, ETHEREUM, SOLANA, TRON
from desktop.domain.errors import DeviceTrouble
from desktop.domain.tron_address import address_bytes
from desktop.engine.ports import DeviceAccount, DeviceAddress, SignedMessage
from desktop.hw import pinned_account
from desktop.hw.bitcoin import operations as bitcoin
from desktop.hw.ethereum import operations as ethereum
from desktop.hw.public_keys import fingerprint
from desktop.hw.session import Session
from desktop.hw.solana import operations as solana
from desktop.hw.tron import operations as tron
from desktop.hw.tron.transaction import Transaction, TrxTransfer


class WalletChain(NamedTuple):
    """What a transfer asks of the device on one chain. All raise DeviceTrouble."""

    address: Callable[[Session, str, bool], DeviceAddress]
    sign: Callable[[Session, str, str], SignedMessage]
    account: Callable[[Session, str], DeviceAccount]


def wallet_of(chain: str) -> WalletChain:
    """Return how the device is asked on this chain. Raise DeviceTrouble where it is not."""
    found = _CHAINS.get(chain)
    if found is None:
        raise DeviceTrouble(f"the wallet cannot be asked for the chain {chain!r}", "Choose another network.")
    return found


def _account(session: Session, path: str) -> DeviceAccount:
    found = pinned_account.account_of(session, path)
    return DeviceAccount(found.fingerprint, found.path, found.xpub)


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


def _tron_address(session: Session, path: str, show: bool) -> DeviceAddress:
    found = tron.tron_address(session, path, show=show)
    return DeviceAddress(found.address, found.path, TRON.kind, found.fingerprint, show)


def _tron_signature(session: Session, path: str, message: str) -> SignedMessage:
    """Let the person sign the transfer that can never be made: TRON's wallets sign no texts."""
    address = tron.tron_address(session, path).address
    owner = address_bytes(address)
    proof = Transaction(
        TrxTransfer(owner, owner, tron_proof.SUN),
        tron_proof.REF_BLOCK,
        tron_proof.REF_HASH,
        expiration_ms=tron_proof.EXPIRED_MS,
        timestamp_ms=tron_proof.EXPIRED_MS,
        memo=tron_proof.memo_of(message),
    )
    return SignedMessage(address, tron.sign_tron(session, path, proof).signature)


def _solana_account(session: Session, path: str) -> DeviceAccount:
    """Return which wallet this is: an address here follows from no public key."""
    session.forget_wallet()
    return DeviceAccount(fingerprint(session), path, "")


def _solana_address(session: Session, path: str, show: bool) -> DeviceAddress:
    found = solana.solana_address(session, path, show=show)
    return DeviceAddress(found.address, found.path, SOLANA.kind, found.fingerprint, show)


def _solana_signature(session: Session, path: str, message: str) -> SignedMessage:
    """Let the person sign the transfer that can never be made: these wallets sign no texts here."""
    address = solana.solana_address(session, path).address
    signed = solana.sign_solana(session, path, solana_proof.bytes_to_sign(address, message), recipient=address)
    return SignedMessage(signed.signer, signed.signature)


_CHAINS = {
    SOLANA.id: WalletChain(_solana_address, _solana_signature, _solana_account),
    TRON.id: WalletChain(_tron_address, _tron_signature, _account),
    BITCOIN.id: WalletChain(_bitcoin_address, _bitcoin_signature, _account),
    ETHEREUM.id: WalletChain(_ethereum_address, _ethereum_signature, _account),
}
