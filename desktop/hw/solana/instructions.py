"""What a Solana message's instructions mean, as far as they are known here. Pure.

An instruction that is not exactly of a known form is `Unknown`, never guessed. Sources: the System, Token, Associated
Token Account, Compute Budget and Memo programs' own instruction layouts (all little-endian).
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from desktop.domain.solana_keys import address_bytes
from desktop.domain.solana_token_account import TOKEN_ACCOUNT_PROGRAM, TOKEN_PROGRAM
from desktop.hw.solana.message import Instruction

SYSTEM_PROGRAM = bytes(32)
COMPUTE_BUDGET_PROGRAM = address_bytes("ComputeBudget111111111111111111111111111111")
MEMO_PROGRAMS = (
    address_bytes("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr"),
    address_bytes("Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo"),
)


class SolTransfer(msgspec.Struct, frozen=True):
    """Sends SOL, in lamports (10^-9)."""

    sender: bytes
    recipient: bytes
    lamports: int


class TokenTransfer(msgspec.Struct, frozen=True):
    """Moves tokens between token accounts, in the smallest unit; mint and decimals are None where it names none."""

    source: bytes
    destination: bytes
    owner: bytes
    amount: int
    mint: bytes | None = None
    decimals: int | None = None


class TokenAccountCreation(msgspec.Struct, frozen=True):
    """Makes the token account of a wallet for a mint; `payer` pays its rent."""

    payer: bytes
    account: bytes
    wallet: bytes
    mint: bytes


class UnitLimit(msgspec.Struct, frozen=True):
    """Limits the computing that is paid for."""

    units: int


class UnitPrice(msgspec.Struct, frozen=True):
    """Offers this price a unit, in millionths of a lamport."""

    micro_lamports: int


class Memo(msgspec.Struct, frozen=True):
    """A text that is written into the chain."""

    text: bytes


class Unknown(msgspec.Struct, frozen=True):
    """Anything else."""

    program: bytes
    data: bytes


Meaning = SolTransfer | TokenTransfer | TokenAccountCreation | UnitLimit | UnitPrice | Memo | Unknown


def meaning(instruction: Instruction) -> Meaning:
    """Return what the instruction does."""
    read = _PROGRAMS.get(instruction.program)
    accounts = tuple(account for account in instruction.accounts if account is not None)
    found = read(accounts, instruction.data) if read and len(accounts) == len(instruction.accounts) else None
    return found or Unknown(instruction.program, instruction.data)


def _system(accounts: tuple[bytes, ...], data: bytes) -> Meaning | None:
    if len(accounts) == 2 and len(data) == 12 and _number(data[:4]) == 2:
        return SolTransfer(accounts[0], accounts[1], _number(data[4:]))
    return None


def _token(accounts: tuple[bytes, ...], data: bytes) -> Meaning | None:
    match len(accounts), len(data), data[:1]:
        case 3, 9, b"\x03":
            source, destination, owner = accounts
            return TokenTransfer(source, destination, owner, _number(data[1:]))
        case 4, 10, b"\x0c":
            source, mint, destination, owner = accounts
            return TokenTransfer(source, destination, owner, _number(data[1:9]), mint, data[9])
    return None


def _token_account(accounts: tuple[bytes, ...], data: bytes) -> Meaning | None:
    if len(accounts) in (6, 7) and data in (b"", b"\0", b"\1") and accounts[4:6] == (SYSTEM_PROGRAM, TOKEN_PROGRAM):
        return TokenAccountCreation(*accounts[:4])
    return None


def _compute_budget(accounts: tuple[bytes, ...], data: bytes) -> Meaning | None:
    match len(data), data[:1]:
        case 5, b"\x02":
            return UnitLimit(_number(data[1:]))
        case 9, b"\x03":
            return UnitPrice(_number(data[1:]))
    return None


def _memo(accounts: tuple[bytes, ...], data: bytes) -> Meaning | None:
    return Memo(data)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


_PROGRAMS: dict[bytes, Callable[[tuple[bytes, ...], bytes], Meaning | None]] = {
    SYSTEM_PROGRAM: _system,
    TOKEN_PROGRAM: _token,
    TOKEN_ACCOUNT_PROGRAM: _token_account,
    COMPUTE_BUDGET_PROGRAM: _compute_budget,
    MEMO_PROGRAMS[0]: _memo,
    MEMO_PROGRAMS[1]: _memo,
}
