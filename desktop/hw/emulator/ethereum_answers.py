"""How the emulated device answers Ethereum's requests. Refusals are as the firmware of a Classic 1S gives them."""

from __future__ import annotations

from desktop.domain.evm_signature import message_digest, sign_digest
from desktop.hw import messages as m
from desktop.hw.emulator import ethereum_transactions, ethereum_typed_data, screens
from desktop.hw.emulator.ethereum_accounts import account, check_path, has_own_number
from desktop.hw.emulator.flow import Answer, Flow, Wallet
from desktop.hw.ethereum import messages as e
from desktop.hw.ethereum.chains import chain_of
from desktop.hw.wire.codec import Message


def _get_address(wallet: Wallet, message: e.AddressRequest) -> Flow:
    own = has_own_number(message)
    check_path(message.address_n)
    yield from wallet.opened()
    _, address = account(wallet, message.address_n)
    chain_id = message.chain_id if isinstance(message, e.GetAddressOneKey) else None
    if message.show_display:
        lines = screens.address(chain_of(chain_id or 1).name, message.address_n, address)
        yield from wallet.confirmed(lines, m.BUTTON_ADDRESS)
    return e.AddressOneKey(address=address) if own else e.Address(address=address)


def _sign_message(wallet: Wallet, message: e.MessageRequest) -> Flow:
    own = has_own_number(message)
    check_path(message.address_n)
    yield from wallet.opened()
    secret, address = account(wallet, message.address_n)
    code = m.BUTTON_OTHER if wallet.model.letter == "T" else m.BUTTON_PROTECT_CALL
    yield from wallet.confirmed(screens.message("Ethereum", message.message, address), code)
    signature = sign_digest(secret, message_digest(message.message))
    if own:
        return e.MessageSignatureOneKey(signature=signature, address=address)
    return e.MessageSignature(signature=signature, address=address)


ANSWERS: dict[type[Message], Answer] = {
    e.GetAddress: _get_address,
    e.GetAddressOneKey: _get_address,
    e.SignMessage: _sign_message,
    e.SignMessageOneKey: _sign_message,
    **ethereum_transactions.ANSWERS,
    **ethereum_typed_data.ANSWERS,
}
