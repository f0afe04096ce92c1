"""What a Solana message does, in lines a person can compare with the wallet's screen. Pure."""

from __future__ import annotations

from desktop.domain.money import in_whole
from desktop.domain.solana_keys import address_bytes, address_of_bytes
from desktop.domain.solana_token_account import token_account
from desktop.hw.expected_screens import Lines, grouped
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
from desktop.hw.solana.message import SolanaMessage

LAMPORT_DECIMALS = 9
_MICRO = 1_000_000
KNOWN_TOKENS = {
    address_bytes("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"): ("USDC", 6),
    address_bytes("Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB"): ("USDT", 6),
}
"""Symbol and decimals of the tokens whose mint is known here (circle.com and tether.to name them)."""


def in_words(message: SolanaMessage, wallets: tuple[bytes, ...] = ()) -> Lines:
    """Return the lines: what is sent, to whom, by whom, who pays.

    A token account is named with its wallet where that is one of `wallets` or of the message's accounts: the account
    is derived here, so what is said of it holds.
    """
    meanings = [meaning(instruction) for instruction in message.instructions]
    lines = [line for found in meanings for line in _line_of(found, (*wallets, *message.accounts))]
    fee = _priority_fee(meanings)
    if message.lookups:
        lines.append("Some accounts stand in tables on the chain and are unknown here")
    if any(isinstance(found, Unknown) for found in meanings) or message.lookups:
        lines.append("The wallet may show a hash alone, or refuse")
    return ("Solana transaction", *lines, *fee, "fee paid by", *grouped(address_of_bytes(message.accounts[0])))


def screens_of(message: SolanaMessage, wallets: tuple[bytes, ...] = (), *, large: bool) -> tuple[Lines, ...]:
    """Return what the device shows, a screen for each question: a large one asks for each instruction, then for all.

    What it signs blindly it asks for as a whole; a small one turns pages of the whole.
    """
    whole = in_words(message, wallets)
    if not large:
        return (whole,)
    meanings = [meaning(instruction) for instruction in message.instructions]
    parts = [_line_of(found, (*wallets, *message.accounts)) for found in meanings]
    told = [part for part in parts if part]
    blind = message.version is not None or any(isinstance(found, Unknown) for found in meanings)
    asked = ("Sign Solana transaction?", *whole[1:])
    if blind or len(told) < 2:
        return (whole, asked)
    return (*((f"Solana, {place} of {len(told)}", *part) for place, part in enumerate(told, start=1)), asked)


def wallet_of(account: bytes, mint: bytes | None, wallets: tuple[bytes, ...]) -> bytes | None:
    """Return the one of the wallets whose token account this is, or None."""
    if mint is None:
        return None
    return next((wallet for wallet in wallets if token_account(wallet, mint) == account), None)


def _line_of(found: Meaning, wallets: tuple[bytes, ...]) -> Lines:
    match found:
        case SolTransfer():
            amount = f"{in_whole(found.lamports, LAMPORT_DECIMALS)} SOL"
            return ("Send", amount, "to", *_address(found.recipient), "from", *_address(found.sender))
        case TokenTransfer():
            return _tokens(found, wallets)
        case TokenAccountCreation():
            return _creation(found)
        case Memo():
            return (f"memo {_text(found.text)}",)
        case UnitLimit() | UnitPrice():
            return ()
        case Unknown():
            return ("Call of a program unknown here", *_address(found.program), f"{len(found.data)} bytes")


def _tokens(found: TokenTransfer, wallets: tuple[bytes, ...]) -> Lines:
    owner = wallet_of(found.destination, found.mint, wallets)
    whose = ("which belongs to the wallet", *_address(owner)) if owner else ("whose owner is not proved here",)
    return (
        "Send",
        *_token_amount(found),
        "to the token account",
        *_address(found.destination),
        *whose,
        "from the token account",
        *_address(found.source),
        "of",
        *_address(found.owner),
    )


def _token_amount(found: TokenTransfer) -> Lines:
    if found.mint is None:
        return (f"{found.amount} smallest units", "of a token it does not name")
    if found.mint in KNOWN_TOKENS and KNOWN_TOKENS[found.mint][1] == found.decimals:
        return (f"{in_whole(found.amount, found.decimals)} {KNOWN_TOKENS[found.mint][0]}",)
    return (f"{in_whole(found.amount, found.decimals or 0)} of a token unknown here", *_address(found.mint))


def _creation(found: TokenAccountCreation) -> Lines:
    proved = token_account(found.wallet, found.mint) == found.account
    return (
        "Make the token account",
        *_address(found.account),
        "for the wallet" if proved else "said to be, but not that, of the wallet",
        *_address(found.wallet),
        "rent paid by",
        *_address(found.payer),
    )


def _priority_fee(meanings: list[Meaning]) -> Lines:
    limit = next((found.units for found in meanings if isinstance(found, UnitLimit)), None)
    price = next((found.micro_lamports for found in meanings if isinstance(found, UnitPrice)), None)
    if not price:
        return ()
    if limit is None:
        return (f"priority fee {price} micro-lamports a unit, without a limit of its own",)
    lamports = -(-limit * price // _MICRO)
    return (f"priority fee at most {in_whole(lamports, LAMPORT_DECIMALS)} SOL",)


def _text(memo: bytes) -> str:
    text = memo.decode(errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else memo.hex()


def _address(raw: bytes) -> Lines:
    return grouped(address_of_bytes(raw))
