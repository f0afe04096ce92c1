"""Solana's transaction messages built by hand, apart from the product's own reader."""

from __future__ import annotations

import struct
from typing import NamedTuple

SOLANA_PATH = "m/44'/501'/0'/0'"
SOLANA_ADDRESS = "14CCvQzQzHCVgZM3j9soPnXuJXh1RmCfwLVUcdfbZVBS"
ME = bytes.fromhex("00d1699dcb1811b50bb0055f13044463128242e37a463b52f6c97a1f6eef88ad")
SYSTEM = bytes(32)
TOKEN = bytes.fromhex("06ddf6e1d765a193d9cbe146ceeb79ac1cb485ed5f5b37913a8cf5857eff00a9")
TOKEN_ACCOUNT = bytes.fromhex("8c97258f4e2489f1bb3d1029148e0d830b5a1399daff1084048e7bd8dbe9f859")
COMPUTE_BUDGET = bytes.fromhex("0306466fe5211732ffecadba72c39be7bc8ce5bbc5f7126b2c439b3a40000000")
MEMO = bytes.fromhex("054a535a992921064d24e87160da387c7c35b5ddbc92bb81e41fa8404105448d")
USDC = bytes.fromhex("c6fa7af3bedbad3a3d65f36aabc97431b1bbe4c2d2f6e0e47ca60203452f5d61")
FRIEND = bytes.fromhex("a1" * 32)
BLOCKHASH = bytes.fromhex("b1" * 32)


class Account(NamedTuple):
    """An account as an instruction takes it."""

    key: bytes
    signs: bool = False
    writable: bool = False


class Call(NamedTuple):
    """An instruction before the accounts of all are put in order."""

    program: bytes
    accounts: tuple[Account, ...]
    data: bytes


def message(*calls: Call, payer: bytes = ME, version: int | None = None, tables: bytes = b"") -> bytes:
    """Return the message's bytes; for a version, `tables` are the bytes of its lookups with their count."""
    wanted: dict[bytes, tuple[bool, bool]] = {payer: (True, True)}
    for call in calls:
        for account in (*call.accounts, Account(call.program)):
            signs, writable = wanted.get(account.key, (False, False))
            wanted[account.key] = (signs or account.signs, writable or account.writable)
    keys = sorted(wanted, key=lambda key: (key != payer, not wanted[key][0], not wanted[key][1]))
    signers = [key for key in keys if wanted[key][0]]
    out = b"" if version is None else bytes([0x80 | version])
    out += bytes([len(signers), sum(not wanted[key][1] for key in signers)])
    out += bytes([sum(wanted[key] == (False, False) for key in keys)])
    out += size(len(keys)) + b"".join(keys) + BLOCKHASH + size(len(calls))
    for call in calls:
        places = bytes(keys.index(account.key) for account in call.accounts)
        out += bytes([keys.index(call.program)]) + size(len(places)) + places + size(len(call.data)) + call.data
    return out + (b"" if version is None else tables or b"\0")


def size(number: int) -> bytes:
    """Return a compact-u16."""
    if number < 0x80:
        return bytes([number])
    if number < 0x4000:
        return bytes([number & 0x7F | 0x80, number >> 7])
    return bytes([number & 0x7F | 0x80, number >> 7 & 0x7F | 0x80, number >> 14])


def sol(lamports: int = 1_500_000_000, to: bytes = FRIEND) -> Call:
    """Return a transfer of SOL."""
    return Call(SYSTEM, (Account(ME, True, True), Account(to, writable=True)), struct.pack("<IQ", 2, lamports))


def tokens(source: bytes, destination: bytes, mint: bytes = USDC, *, decimals: int = 6) -> Call:
    """Return a checked transfer of tokens."""
    accounts = (Account(source, writable=True), Account(mint), Account(destination, writable=True), Account(ME, True))
    return Call(TOKEN, accounts, struct.pack("<BQB", 12, 2_500_000, decimals))


def unchecked_tokens(source: bytes, destination: bytes, *, amount: int = 2_500_000) -> Call:
    """Return a transfer of tokens that does not name its mint."""
    accounts = (Account(source, writable=True), Account(destination, writable=True), Account(ME, True))
    return Call(TOKEN, accounts, struct.pack("<BQ", 3, amount))


def token_account_creation(account: bytes, wallet: bytes = FRIEND, mint: bytes = USDC) -> Call:
    """Return the making of a wallet's token account."""
    accounts = (Account(ME, True, True), Account(account, writable=True), Account(wallet), Account(mint))
    return Call(TOKEN_ACCOUNT, (*accounts, Account(SYSTEM), Account(TOKEN)), b"\1")


def unit_limit(units: int = 200_000) -> Call:
    """Return a limit of the computing."""
    return Call(COMPUTE_BUDGET, (), struct.pack("<BI", 2, units))


def unit_price(micro_lamports: int = 5_000) -> Call:
    """Return a price of the computing."""
    return Call(COMPUTE_BUDGET, (), struct.pack("<BQ", 3, micro_lamports))


def memo(text: bytes = b"for the boat") -> Call:
    """Return a memo."""
    return Call(MEMO, (), text)
