"""How the emulated device answers Ethereum's requests. Refusals are as the firmware of a Classic 1S gives them."""

from __future__ import annotations

from desktop.domain.derivation_path import HARDENED
from desktop.domain.evm_address import address_of_key
from desktop.domain.evm_signature import message_digest, sign_digest
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import DEEPEST, Answer, Flow, Refusal, Wallet
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.chains import chain_of
from desktop.hw.ethereum.numbering import numbers_of
from desktop.hw.wire.codec import Message

_COIN_TYPES = frozenset({60, 1})  # Ethereum and all test networks


def _get_address(wallet: Wallet, message: e.AddressRequest) -> Flow:
    own = known_here(wallet, message)
    check_path(message.address_n)
    yield from wallet.opened()
    _, address = account(wallet, message.address_n)
    chain_id = message.chain_id if isinstance(message, e.GetAddressOneKey) else None
    if message.show_display:
        lines = screens.address(chain_of(chain_id or 1).name, message.address_n, address)
        yield from wallet.confirmed(lines, m.BUTTON_ADDRESS)
    return e.AddressOneKey(address=address) if own else e.Address(address=address)


def _sign_message(wallet: Wallet, message: e.MessageRequest) -> Flow:
    own = known_here(wallet, message)
    check_path(message.address_n)
    yield from wallet.opened()
    secret, address = account(wallet, message.address_n)
    yield from wallet.confirmed(screens.message("Ethereum", message.message, address), m.BUTTON_PROTECT_CALL)
    signature = sign_digest(secret, message_digest(message.message))
    if own:
        return e.MessageSignatureOneKey(signature=signature, address=address)
    return e.MessageSignature(signature=signature, address=address)


def known_here(wallet: Wallet, message: Message) -> bool:
    """Return whether the request has one of OneKey's own numbers. Refuse one that this firmware does not know."""
    own = message.number >= e.GetAddressOneKey.number
    if own and not numbers_of(wallet.model.name, wallet.model.firmware).own:
        raise Refusal(m.UNEXPECTED_MESSAGE, "Unknown message")
    return own


def check_path(path: tuple[int, ...]) -> None:
    """Refuse a path that a device with strict safety checks does not take for Ethereum."""
    if not 3 <= len(path) <= DEEPEST or path[0] != HARDENED + 44 or path[1] - HARDENED not in _COIN_TYPES:
        raise Refusal(m.DATA_ERROR, "Forbidden key path")


def account(wallet: Wallet, path: tuple[int, ...]) -> tuple[bytes, str]:
    """Return the secret and the address at the path. Only after the wallet was opened."""
    node = wallet.root().at(path)
    return node.secret, address_of_key(node.public().public_key)


ANSWERS: dict[type[Message], Answer] = {
    e.GetAddress: _get_address,
    e.GetAddressOneKey: _get_address,
    e.SignMessage: _sign_message,
    e.SignMessageOneKey: _sign_message,
}
