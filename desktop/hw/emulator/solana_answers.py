"""How the emulated device answers Solana's requests. Refusals and order are as a Classic 1S and a Pro give them."""

from __future__ import annotations

from desktop.domain.derivation_path import HARDENED
from desktop.domain.errors import BadInput
from desktop.domain.signatures import ed25519_public_key, ed25519_signature
from desktop.domain.solana_keys import address_bytes, address_of_bytes, secret_at
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import DEEPEST, Answer, Flow, Refusal, Step, Wallet
from desktop.hw.solana import messages as sol
from desktop.hw.solana.instructions import (
    Meaning,
    Memo,
    SolTransfer,
    TokenAccountCreation,
    TokenTransfer,
    UnitLimit,
    UnitPrice,
    Unknown,
    meaning,
)
from desktop.hw.solana.message import SolanaMessage, read_message
from desktop.hw.solana.words import in_words
from desktop.hw.wire.codec import Message

_COIN_TYPE = 501
_MOST_INSTRUCTIONS = 6
_PAGES_OF_TRANSFER = 4


def _get_address(wallet: Wallet, message: sol.SolanaGetAddress) -> Flow:
    _check_path(wallet, message.address_n)
    yield from wallet.opened()
    address = address_of_bytes(ed25519_public_key(secret_at(wallet.seed(), message.address_n).secret))
    if message.show_display:
        yield from wallet.confirmed(screens.address("Solana", message.address_n, address), m.BUTTON_ADDRESS)
    return sol.SolanaAddress(address=address)


def _sign(wallet: Wallet, message: sol.SolanaSignTx) -> Flow:
    _check_path(wallet, message.address_n)
    yield from wallet.opened()
    secret = secret_at(wallet.seed(), message.address_n).secret
    given = _read(message.raw_tx)
    if ed25519_public_key(secret) not in given.signers:
        raise Refusal(m.DATA_ERROR, "Invalid signer used" if wallet.model.pin_on_own_screen else "Invalid params")
    shown = screens.lines(in_words(given, _told_wallets(message.extra_info)))
    yield from (_agreed_on_pro if wallet.model.pin_on_own_screen else _agreed)(wallet, given, shown)
    return sol.SolanaSignedTx(signature=ed25519_signature(secret, message.raw_tx))


def _agreed(wallet: Wallet, given: SolanaMessage, shown: screens.Lines) -> Step:
    """Ask page by page, and refuse what would be signed blindly: that is switched off as shipped."""
    meanings = [meaning(instruction) for instruction in given.instructions]
    if given.lookups or len(meanings) > _MOST_INSTRUCTIONS or not _recognised(meanings):
        raise Refusal(m.DATA_ERROR, "Please confirm the BlindSign enabled")
    for page in range(_PAGES_OF_TRANSFER):
        yield from wallet.confirmed((*shown, f"page {page + 1}"), m.BUTTON_PROTECT_CALL)
    yield from wallet.confirmed(screens.lines(("Sign Solana transaction?",)), m.BUTTON_SIGN_TX)


def _agreed_on_pro(wallet: Wallet, given: SolanaMessage, shown: screens.Lines) -> Step:
    """Ask once an instruction, once where it is signed blindly, and once more at the end."""
    meanings = [meaning(instruction) for instruction in given.instructions]
    blind = given.version is not None or any(isinstance(found, Unknown) for found in meanings)
    asked = 1 if blind else sum(not isinstance(found, UnitLimit | UnitPrice) for found in meanings)
    for page in range(asked):
        yield from wallet.confirmed((*shown, f"page {page + 1}"), m.BUTTON_PROTECT_CALL)
    yield from wallet.confirmed(screens.lines(("Sign Solana transaction?",)), m.BUTTON_OTHER)


def _recognised(meanings: list[Meaning]) -> bool:
    """Return whether a Classic can show it: one transfer, after the making of at most one token account."""
    said = [found for found in meanings if not isinstance(found, UnitLimit | UnitPrice | Memo)]
    match said:
        case [*before, SolTransfer()] | [*before, TokenTransfer(mint=bytes())]:
            return len(before) <= 1 and all(isinstance(found, TokenAccountCreation) for found in before)
    return False


def _read(raw: bytes) -> SolanaMessage:
    try:
        return read_message(raw)
    except BadInput:
        raise Refusal(m.DATA_ERROR, "Invalid message") from None


def _told_wallets(told: sol.ExtraInfo | None) -> tuple[bytes, ...]:
    try:
        return tuple(address_bytes(account.owner_address) for account in told.token_accounts) if told else ()
    except BadInput:
        raise Refusal(m.DATA_ERROR, "Invalid ata params") from None


def _check_path(wallet: Wallet, path: tuple[int, ...]) -> None:
    """Refuse as a Classic with strict checks does: m/44'/501'/account', and every further step hardened."""
    begun = path[:2] == (HARDENED + 44, HARDENED + _COIN_TYPE)
    if not 3 <= len(path) <= DEEPEST or not begun or not all(number & HARDENED for number in path):
        raise Refusal(m.DATA_ERROR, "Forbidden key path" if wallet.model.pin_on_own_screen else "Invalid path")


ANSWERS: dict[type[Message], Answer] = {sol.SolanaGetAddress: _get_address, sol.SolanaSignTx: _sign}
