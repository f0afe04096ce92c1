"""How the emulated devices sign a Gnosis Safe's transaction: asked for whole, shown in words, hashed here."""

from __future__ import annotations

from collections.abc import Generator

from desktop.domain.errors import BadInput
from desktop.domain.evm_address import parse_address
from desktop.domain.keccak import keccak256
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import Key, Refusal, Step, Wallet, refuse_if_cancelled
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.chains import chain_of, coins_text
from desktop.hw.ethereum.safe import DOMAIN_MEMBERS, MEMBERS, SAFE
from desktop.hw.wire.codec import Message

_DELEGATE = 1


def safe_hashed(wallet: Wallet, signer: str) -> Generator[Message | None, Message | Key, bytes]:
    """Ask for the transaction, show it, and return the hashes of domain and message, one after the other."""
    event = yield e.SafeRequest()
    refuse_if_cancelled(event)
    if not isinstance(event, e.SafeAck):
        raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
    hashed = _domain_hash(event) + _message_hash(event)
    warning = ("a delegate call: it may do anything",) if event.operation == _DELEGATE else ()
    value = coins_text(int.from_bytes(event.value, "big"), event.chain_id)
    shown = (
        chain_of(event.chain_id).name,
        f"Safe {event.verifying_contract}",
        *warning,
        f"Send {value}",
        "to",
        event.to,
    )
    data = (f"with {len(event.data)} bytes of data",) if event.data else ()
    yield from _agreed(wallet, screens.lines(("Sign Safe transaction", *shown, *data, "with", signer)), warning)
    return hashed


def _agreed(wallet: Wallet, screen: screens.Lines, warning: tuple[str, ...]) -> Step:
    """Ask as the model does: a 1S announces a warning and the last question alone."""
    if wallet.model.letter == "T":
        yield from wallet.confirmed(screen, m.BUTTON_OTHER)
        yield from wallet.confirmed(screens.lines(("Sign for the Safe?",)), m.BUTTON_OTHER)
        return
    if warning:
        yield from wallet.confirmed(screens.lines(warning), m.BUTTON_PROTECT_CALL)
    yield from wallet.further(screen)
    yield from wallet.confirmed(screens.lines(("Sign for the Safe?",)), m.BUTTON_PROTECT_CALL)


def _domain_hash(told: e.SafeAck) -> bytes:
    contract = _address(told.verifying_contract)
    return keccak256(_type_hash("EIP712Domain", DOMAIN_MEMBERS) + told.chain_id.to_bytes(32, "big") + contract)


def _message_hash(told: e.SafeAck) -> bytes:
    words = (
        _address(told.to), _number(told.value), keccak256(told.data or b""), told.operation.to_bytes(32, "big"),
        _number(told.safe_tx_gas), _number(told.base_gas), _number(told.gas_price), _address(told.gas_token),
        _address(told.refund_receiver), _number(told.nonce),
    )  # fmt: skip
    return keccak256(_type_hash(SAFE, MEMBERS) + b"".join(words))


def _type_hash(name: str, members: tuple[tuple[str, str], ...]) -> bytes:
    return keccak256(f"{name}({','.join(' '.join(member) for member in members)})".encode())


def _number(value: bytes) -> bytes:
    if len(value) > 32:
        raise Refusal(m.DATA_ERROR, "Invalid length")
    return value.rjust(32, b"\0")


def _address(text: str) -> bytes:
    try:
        return parse_address(text).rjust(32, b"\0")
    except BadInput:
        raise Refusal(m.DATA_ERROR, "Malformed address") from None
