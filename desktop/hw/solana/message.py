"""Solana's transaction messages, legacy and version 0, read from their bytes. Pure.

Whatever a node would refuse as malformed is refused here, naming the byte. Source: solana.com/docs/core/transactions
(message format, compact-u16) and the checks of the runtime's `sanitize`.
"""

from __future__ import annotations

import msgspec

from desktop.domain.errors import BadInput

KEY_SIZE = 32
LONGEST_TRANSACTION = 1232  # what fits one packet, signatures and their count included
_SIGNATURE_SIZE = 64
_VERSIONED = 0x80
_MOST_ACCOUNTS = 256


class Instruction(msgspec.Struct, frozen=True):
    """A call of a program. An account that is None stands in a table on the chain and is not known here."""

    program: bytes
    accounts: tuple[bytes | None, ...]
    data: bytes


class Lookup(msgspec.Struct, frozen=True):
    """A table on the chain from which more accounts are taken, by their places in it."""

    table: bytes
    writable: bytes
    readonly: bytes


class SolanaMessage(msgspec.Struct, frozen=True):
    """A message; `version` is None for a legacy one. The first `required_signatures` of `accounts` must sign."""

    version: int | None
    required_signatures: int
    readonly_signed: int
    readonly_unsigned: int
    accounts: tuple[bytes, ...]
    blockhash: bytes
    instructions: tuple[Instruction, ...]
    lookups: tuple[Lookup, ...] = ()

    @property
    def signers(self) -> tuple[bytes, ...]:
        """Return the public keys that must sign; the first pays the fee."""
        return self.accounts[: self.required_signatures]


class _Compiled(msgspec.Struct, frozen=True):
    """An instruction by places in the list of accounts; `at` is its first byte."""

    at: int
    program: int
    accounts: bytes
    data: bytes


def read_message(raw: bytes) -> SolanaMessage:
    """Return the message that these bytes hold, all of them. Raise BadInput naming the byte that is off."""
    reader = _Reader(raw)
    version = _version(reader)
    header = reader.take(3, "the header")
    accounts = tuple(reader.take(KEY_SIZE, "an account") for _ in range(reader.count("accounts")))
    _check_header(header, accounts, len(raw))
    blockhash = reader.take(KEY_SIZE, "the blockhash")
    compiled = [_compiled(reader) for _ in range(reader.count("instructions"))]
    lookups = () if version is None else tuple(_lookup(reader) for _ in range(reader.count("tables")))
    if reader.place != len(raw):
        raise _off(reader.place, f"{len(raw) - reader.place} bytes follow the end of the message")
    known = accounts + (None,) * sum(len(table.writable) + len(table.readonly) for table in lookups)
    if len(known) > _MOST_ACCOUNTS:
        raise _off(len(raw), f"{len(known)} accounts, which are more than {_MOST_ACCOUNTS}")
    instructions = tuple(_resolved(instruction, accounts, known) for instruction in compiled)
    return SolanaMessage(version, header[0], header[1], header[2], accounts, blockhash, instructions, lookups)


class _Reader:
    """Takes bytes from the front; `place` is the next byte's."""

    def __init__(self, raw: bytes) -> None:
        self.place = 0
        self._raw = raw

    def peek(self) -> int:
        if self.place >= len(self._raw):
            raise _off(self.place, "the message ends here")
        return self._raw[self.place]

    def take(self, size: int, what: str) -> bytes:
        taken = self._raw[self.place : self.place + size]
        if len(taken) != size:
            raise _off(self.place, f"the message ends inside {what}")
        self.place += size
        return taken

    def count(self, what: str) -> int:
        """Return a compact-u16: seven bits a byte, low ones first, in as few bytes as it takes."""
        started, value = self.place, 0
        for shift in (0, 7, 14):
            byte = self.take(1, f"the number of {what}")[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value > 0xFFFF or (shift and not byte):
                    break
                return value
        raise _off(started, f"the number of {what} is malformed")

    def run(self, what: str) -> bytes:
        """Return as many bytes as the count before them says."""
        return self.take(self.count(what), what)


def _version(reader: _Reader) -> int | None:
    if reader.peek() < _VERSIONED:
        return None
    version = reader.take(1, "the version")[0] & ~_VERSIONED
    if version:
        raise _off(0, f"messages of version {version} are unknown")
    return version


def _check_header(header: bytes, accounts: tuple[bytes, ...], size: int) -> None:
    signers, readonly_signers, readonly_others = header
    if not signers:
        raise _off(0, "nobody needs to sign it; give the message alone, without signatures")
    if readonly_signers >= signers:
        raise _off(0, "nobody who signs can pay the fee")
    if signers + readonly_others > len(accounts):
        raise _off(0, f"it speaks of {signers + readonly_others} accounts and holds {len(accounts)}")
    if len(set(accounts)) != len(accounts):
        raise _off(0, "it holds an account twice")
    longest = LONGEST_TRANSACTION - 1 - _SIGNATURE_SIZE * signers
    if size > longest:
        raise _off(longest, f"the message has {size} bytes, and with {signers} signatures at most {longest} fit")


def _compiled(reader: _Reader) -> _Compiled:
    at = reader.place
    return _Compiled(at, reader.take(1, "an instruction")[0], reader.run("its accounts"), reader.run("its data"))


def _lookup(reader: _Reader) -> Lookup:
    at = reader.place
    table = Lookup(reader.take(KEY_SIZE, "a table"), reader.run("places to write"), reader.run("places to read"))
    if not table.writable and not table.readonly:
        raise _off(at, "nothing is taken from this table")
    return table


def _resolved(compiled: _Compiled, named: tuple[bytes, ...], known: tuple[bytes | None, ...]) -> Instruction:
    if not 0 < compiled.program < len(named):
        raise _off(compiled.at, f"account {compiled.program} cannot be the program")
    for account in compiled.accounts:
        if account >= len(known):
            raise _off(compiled.at, f"the instruction takes account {account} of {len(known)}")
    return Instruction(named[compiled.program], tuple(known[account] for account in compiled.accounts), compiled.data)


def _off(place: int, what: str) -> BadInput:
    return BadInput(what, "Give a transaction's message, base64 of its bytes.", where=f"byte {place}")
