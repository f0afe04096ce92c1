"""What the wallet is expected to show of a transaction, in words. Pure."""

from __future__ import annotations

from decimal import Decimal

from desktop.domain.money import plain
from desktop.hw.expected_screens import Lines, grouped


def amount_text(satoshi: int, *, testnet: bool = False) -> str:
    """Return an amount as the wallet writes it: 150000 is "0.0015 BTC"."""
    return f"{plain(Decimal(satoshi).scaleb(-8))} {'TEST' if testnet else 'BTC'}"


def payment_screen(amount: int, address: str, *, testnet: bool) -> Lines:
    """Return the screen on which one output is confirmed."""
    return ("Send", amount_text(amount, testnet=testnet), "to", *grouped(address))


def data_screen(data: bytes) -> Lines:
    """Return the screen on which an OP_RETURN output is confirmed: its bytes, as text too if they are such."""
    text = data.decode("ascii", errors="replace")
    readable = (text,) if text.isprintable() and "\ufffd" not in text else ()
    return ("OP_RETURN", *readable, data.hex())


def total_screen(total: int, fee: int, *, testnet: bool) -> Lines:
    """Return the last screen: what leaves the wallet all in all, and the fee in it."""
    return (
        "Sign transaction",
        f"Total {amount_text(total, testnet=testnet)}",
        f"with fee {amount_text(fee, testnet=testnet)}",
    )
