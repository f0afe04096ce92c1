"""How the emulated device answers Bitcoin's requests. Refusals are as the firmware of a Classic 1S gives them."""

from __future__ import annotations

from desktop.domain.bitcoin_keys import address_of_key
from desktop.domain.derivation_path import HARDENED, ScriptType
from desktop.domain.signed_message import sign
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.emulator import screens
from desktop.hw.emulator.bitcoin_rules import COIN_TYPE, SCRIPT_OF_SPEND
from desktop.hw.emulator.bitcoin_signing import sign_tx
from desktop.hw.emulator.flow import DEEPEST, Answer, Flow, Refusal, Wallet
from desktop.hw.wire.codec import Message


def _get_address(wallet: Wallet, message: btc.GetAddress) -> Flow:
    coin, script = _allowed(message.coin_name, message.address_n, message.script_type)
    yield from wallet.opened()
    _, address = _key_at(wallet, message.address_n, script, coin)
    if message.show_display:
        yield from wallet.confirmed(screens.address(coin, message.address_n, address), m.BUTTON_ADDRESS)
    return btc.Address(address=address)


def _sign_message(wallet: Wallet, message: btc.SignMessage) -> Flow:
    coin, script = _allowed(message.coin_name, message.address_n, message.script_type)
    if script == "p2tr":
        raise Refusal(m.PROCESS_ERROR, "Unsupported script type")
    yield from wallet.opened()
    secret, address = _key_at(wallet, message.address_n, script, coin)
    yield from wallet.confirmed(screens.message(coin, message.message, address), m.BUTTON_PROTECT_CALL)
    return btc.MessageSignature(address=address, signature=sign(secret, message.message, script))


def _key_at(wallet: Wallet, path: tuple[int, ...], script: ScriptType, coin: str) -> tuple[bytes, str]:
    node = wallet.root().at(path)
    return node.secret, address_of_key(node.public().public_key, script, testnet=coin == "Testnet")


def _allowed(coin: str | None, path: tuple[int, ...], script: int | None) -> tuple[str, ScriptType]:
    """Return coin and script type, or refuse as a device with strict safety checks does."""
    name = coin or "Bitcoin"
    number = btc.SPEND_ADDRESS if script is None else script
    if name not in COIN_TYPE:
        raise Refusal(m.DATA_ERROR, "Invalid coin name")
    if number not in SCRIPT_OF_SPEND:
        raise Refusal(m.DATA_ERROR, "Invalid script type")
    if not 3 <= len(path) <= DEEPEST or path[1] != HARDENED + COIN_TYPE[name]:
        raise Refusal(m.DATA_ERROR, "Forbidden key path")
    return name, SCRIPT_OF_SPEND[number]


ANSWERS: dict[type[Message], Answer] = {
    btc.GetAddress: _get_address,
    btc.SignMessage: _sign_message,
    btc.SignTx: sign_tx,
}
