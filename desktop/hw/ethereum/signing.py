"""Transactions on Ethereum's chains, signed on the device and proved here: by recovery and by a second library.

All run on the thread that owns the session. They raise DeviceTrouble (`desktop.hw.errors`).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from desktop.domain.derivation_path import parse_path, path_text
from desktop.domain.errors import BadInput, Refused
from desktop.domain.evm_address import address_text
from desktop.domain.evm_signature import signer_of
from desktop.domain.keccak import keccak256
from desktop.domain.money import plain
from desktop.hw import errors
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.account import account_at, ask
from desktop.hw.ethereum.chains import chain_of, coins_text
from desktop.hw.ethereum.library import sender_of
from desktop.hw.ethereum.numbering import Numbers, numbers
from desktop.hw.ethereum.transaction import EvmTransaction, LegacyFee, big_endian, signed_bytes, signing_digest
from desktop.hw.ethereum.transaction_words import what_it_costs, what_it_does
from desktop.hw.public_keys import not_proved
from desktop.hw.session import Screen, Session

HIGHEST_FEE = Decimal("0.5")
"""In the coin of a known chain: a higher fee is taken for a slip of units."""
HIGHEST_FEE_ELSEWHERE = Decimal(5)
"""On a chain that Seawall does not know, so that the coin's worth is not known either."""
_WEI = 10**18


class SignedTransaction(msgspec.Struct, frozen=True):
    """A signed transaction: 0x-hex that nodes take, its hash, who sends it, and what it does in words."""

    raw: str
    hash: str
    sender: str
    path: str
    words: tuple[str, ...]


def sign_transaction(
    session: Session, path: str, tx: EvmTransaction, *, highest_fee: Decimal | None = None
) -> SignedTransaction:
    """Let the person sign the transaction on the device.

    The signer is recovered here, and read from the finished transaction by a second library; both must be the account
    that the device's own public key gives. `highest_fee`, in the chain's coin, replaces the threshold of
    `check_fee`. Raises Refused for a fee above it, BadInput if the transaction names another sender, NotProved.
    """
    steps = parse_path(path)
    check_fee(tx, highest_fee)
    known = numbers(session)
    sender = account_at(session, steps)
    if tx.sender not in ("", sender):
        raise BadInput(f"the transaction is from {tx.sender}, the path {path_text(steps)} is {sender}", "Check both.")
    screen = ("Sign transaction", *what_it_does(tx), *what_it_costs(tx))
    with session.flow():
        answer = ask(session, _request(known, steps, tx), known.tx_answer, screen)
        answer = _given_data(session, known, tx, answer, screen)
    raw = _proved(session, tx, sender, answer)
    return SignedTransaction(
        "0x" + raw.hex(),
        "0x" + keccak256(raw).hex(),
        sender,
        path_text(steps),
        (*what_it_does(tx), *what_it_costs(tx)),
    )


def check_fee(tx: EvmTransaction, highest: Decimal | None = None) -> None:
    """Raise Refused if the fee can be above `highest` (in the chain's coin), or above the threshold for the chain."""
    chain = chain_of(tx.chain_id)
    most = highest if highest is not None else HIGHEST_FEE if chain.known else HIGHEST_FEE_ELSEWHERE
    if Decimal(tx.most_fee) > most * _WEI:
        raise Refused(
            f"the fee can be {coins_text(tx.most_fee, tx.chain_id)}, above {plain(most)} {chain.coin}",
            "Check gas and prices: they are in wei. Allow a higher fee with --highest-fee if it is meant.",
            rule="evm-fee",
        )


def _request(known: Numbers, steps: tuple[int, ...], tx: EvmTransaction) -> e.LegacyRequest | e.FeeMarketRequest:
    first = tx.data[: e.LONGEST_CHUNK]
    if isinstance(tx.fee, LegacyFee):
        return known.sign_legacy(
            address_n=steps,
            nonce=big_endian(tx.nonce),
            gas_price=big_endian(tx.fee.gas_price),
            gas_limit=big_endian(tx.gas),
            to=tx.to,
            value=big_endian(tx.value),
            data_initial_chunk=first,
            data_length=len(tx.data),
            chain_id=tx.chain_id,
        )
    return known.sign_fee_market(
        address_n=steps,
        nonce=big_endian(tx.nonce),
        max_gas_fee=big_endian(tx.fee.max_fee),
        max_priority_fee=big_endian(tx.fee.max_priority_fee),
        gas_limit=big_endian(tx.gas),
        to=tx.to,
        value=big_endian(tx.value),
        data_initial_chunk=first,
        data_length=len(tx.data),
        chain_id=tx.chain_id,
        access_list=tuple(e.AccessListEntry(address_text(at.address), at.storage_keys) for at in tx.access_list),
    )


def _given_data(
    session: Session, known: Numbers, tx: EvmTransaction, answer: e.TxAnswer, screen: Screen
) -> e.TxAnswer:
    """Give the device the rest of the data in the pieces it asks for, until it answers with a signature."""
    sent = min(len(tx.data), e.LONGEST_CHUNK)
    while answer.signature_r is None:
        wanted = answer.data_length or 0
        if not 0 < wanted <= min(e.LONGEST_CHUNK, len(tx.data) - sent):
            session.abandon()
            left = len(tx.data) - sent
            raise errors.WrongAnswer(f"a signature or a request for the {left} bytes left", f"one for {wanted}")
        ack = known.tx_ack(data_chunk=tx.data[sent : sent + wanted])
        sent += wanted
        answer = session.call(ack, known.tx_answer, screen=screen, unhurried=True)
    if sent < len(tx.data):
        not_proved(session, f"it signed after {sent} of {len(tx.data)} bytes")
    return answer


def _proved(session: Session, tx: EvmTransaction, sender: str, answer: e.TxAnswer) -> bytes:
    recovery = _recovery(tx, answer.signature_v)
    r, s = answer.signature_r or b"", answer.signature_s or b""
    if recovery is None or len(r) != 32 or len(s) != 32:
        not_proved(session, "its signature is malformed")
    if signer_of(signing_digest(tx), r + s + bytes([recovery])) != sender:
        not_proved(session, f"the signature is not that of {sender} over this transaction")
    raw = signed_bytes(tx, recovery, int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    if sender_of(raw) != sender:
        not_proved(session, f"a second library does not find {sender} in the signed transaction")
    return raw


def _recovery(tx: EvmTransaction, v: int | None) -> int | None:
    """Return 0 or 1. A legacy v is 2 * chain_id + 35 or 36, or bare where that does not fit in 32 bits (EIP-155)."""
    bare = {0: 0, 1: 1}
    if isinstance(tx.fee, LegacyFee):
        bare |= {tx.chain_id * 2 + 35: 0, tx.chain_id * 2 + 36: 1}
    return None if v is None else bare.get(v)
