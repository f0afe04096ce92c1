"""The practice Ethereum: a block every 1.2 s of the world's clock, final after two epochs, served as a node does.

Everything follows from the time and the kept withdrawals, so that a restart finds the same chain and no block is
ever replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop.custody.reports import COIN_ITSELF
from desktop.domain.chains import ETHEREUM, asset_of
from desktop.domain.keccak import keccak256
from desktop.domain.money import in_units
from desktop.worlds.practice.practice_store import KeptWithdrawal

FIRST_HEIGHT = 24_000_000
BLOCK_MS = 1_200
SLOT_SECONDS = BLOCK_MS / 1000
_EPOCH = 32
_RELAY_MS = 600
_NETWORK = "ETH"


def payment_of(withdrawal_id: str, coin: str) -> tuple[str, int]:
    """Return the name of the transaction that pays a withdrawal, and the payment's place in it."""
    place = 0 if asset_of(ETHEREUM.id, coin).contract else COIN_ITSELF
    return f"0x{keccak256(f'practice withdrawal {withdrawal_id}'.encode()).hex()}", place


class PracticeEvmChain:
    """The chain as of a moment. `genesis_ms` is when its first block was found (UTC ms of the world)."""

    def __init__(self, genesis_ms: int, withdrawals: Callable[[], Sequence[KeptWithdrawal]]) -> None:
        self._genesis_ms, self._withdrawals = genesis_ms, withdrawals

    def found_ms(self, height: int) -> int:
        """Return when the block of this height is found."""
        return self._genesis_ms + (height - FIRST_HEIGHT) * BLOCK_MS

    def tip(self, now_ms: int) -> int:
        """Return the height of the best block."""
        return FIRST_HEIGHT + max(0, now_ms - self._genesis_ms) // BLOCK_MS

    def final(self, now_ms: int) -> int:
        """Return the height of the highest block that is final: the epoch before the last whole one."""
        return self.tip(now_ms) // _EPOCH * _EPOCH - 2 * _EPOCH

    def block_of(self, kept: KeptWithdrawal) -> int:
        """Return the height of the block that takes this withdrawal's transaction."""
        return self.tip(kept.broadcast_ms + _RELAY_MS) + 1

    def confirmations(self, kept: KeptWithdrawal, now_ms: int) -> int:
        """Return the confirmations of a withdrawal's transaction, 0 while it is in no block."""
        return max(0, self.tip(now_ms) - self.block_of(kept) + 1)

    def mined(self, now_ms: int) -> list[KeptWithdrawal]:
        """Return the withdrawals over this chain whose transactions are in a block, oldest first."""
        mine = [kept for kept in self._withdrawals() if kept.network == _NETWORK and self.confirmations(kept, now_ms)]
        return mine[::-1]


def units_of(kept: KeptWithdrawal) -> int:
    """Return what a withdrawal pays, in the coin's smallest unit."""
    return in_units(kept.amount, asset_of(ETHEREUM.id, kept.coin).decimals)


def block_hash(height: int) -> str:
    """Return the name of a block."""
    return f"0x{keccak256(f'practice ethereum block {height}'.encode()).hex()}"
