"""What the practice world remembers over a restart, in one SQLite file: balances, addresses, withdrawals, clock."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import msgspec

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS balance (coin TEXT PRIMARY KEY, free TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS address (
    coin TEXT PRIMARY KEY, network TEXT NOT NULL, address TEXT NOT NULL, saved_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS withdrawal (id TEXT PRIMARY KEY, applied_ms INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
"""


class KeptAddress(msgspec.Struct, frozen=True):
    """An entry of the practice exchange's address book."""

    coin: str
    network: str
    address: str
    saved_ms: int


class KeptWithdrawal(msgspec.Struct, frozen=True):
    """A withdrawal as asked for. `amount` is what leaves for the chain, `fee` comes on top of it.

    The transaction's id is fixed when the withdrawal is made; it becomes public at `broadcast_ms`. `vout` is the
    output that pays the person.
    """

    id: str
    coin: str
    network: str
    address: str
    amount: Decimal
    fee: Decimal
    applied_ms: int
    broadcast_ms: int
    txid: str
    vout: int


class PracticeStore:
    """Keeps the practice world in `practice.sqlite`. What a method wrote survives the end of the process at once.

    One thread. Raise sqlite3.Error when the disk refuses.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def setting(self, name: str) -> str | None:
        """Return what was kept under this name, or None."""
        row = self._db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a value under this name."""
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))

    def balances(self) -> dict[str, Decimal]:
        """Return the free balance by coin."""
        return {
            coin: Decimal(free) for coin, free in self._db.execute("SELECT coin, free FROM balance ORDER BY rowid")
        }

    def keep_balances(self, balances: dict[str, Decimal]) -> None:
        """Set the free balances of these coins."""
        with self._db:
            self._db.execute("BEGIN")
            for coin, free in balances.items():
                self._db.execute("INSERT OR REPLACE INTO balance VALUES (?, ?)", (coin, str(free)))

    def addresses(self) -> dict[str, KeptAddress]:
        """Return the address book by coin."""
        rows = self._db.execute("SELECT coin, network, address, saved_ms FROM address").fetchall()
        return {row[0]: KeptAddress(*row) for row in rows}

    def keep_address(self, kept: KeptAddress) -> None:
        """Save an address; an earlier one of the same coin goes."""
        self._db.execute("INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?)", msgspec.structs.astuple(kept))

    def withdrawals(self) -> list[KeptWithdrawal]:
        """Return all withdrawals, newest first."""
        rows = self._db.execute("SELECT body FROM withdrawal ORDER BY applied_ms DESC, rowid DESC").fetchall()
        return [msgspec.json.decode(body, type=KeptWithdrawal) for (body,) in rows]

    def keep_withdrawal(self, kept: KeptWithdrawal, free_after: Decimal) -> None:
        """Write the withdrawal and the balance it leaves, both or neither."""
        with self._db:
            self._db.execute("BEGIN")
            body = msgspec.json.encode(kept).decode()
            self._db.execute("INSERT INTO withdrawal VALUES (?, ?, ?)", (kept.id, kept.applied_ms, body))
            self._db.execute("UPDATE balance SET free = ? WHERE coin = ?", (str(free_after), kept.coin))
