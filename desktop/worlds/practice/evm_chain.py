"""The practice Ethereum, TRON and Solana: blocks by the world's clock, final as on the real ones.

Everything follows from the time and the kept withdrawals, so that a restart finds the same chain and no block is
ever replaced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from desktop.chain.tron import CHAIN_ID
from desktop.custody.reports import COIN_ITSELF
from desktop.domain.base58 import encoded_bare
from desktop.domain.chains import ETHEREUM, SOLANA, TRON, asset_of
from desktop.domain.keccak import keccak256
from desktop.domain.money import in_units
from desktop.worlds.practice.practice_store import KeptWithdrawal

_RELAY_MS = 600


class ChainShape(NamedTuple):
    """How one of these chains is made: a block every `block_ms`, final in whole epochs, `behind` blocks later.

    `prefix` is what its exchanges write before a transaction's name.
    """

    chain: str
    network: str
    chain_id: int
    first_height: int
    block_ms: int
    epoch: int
    behind: int
    prefix: str

    @property
    def slot_seconds(self) -> float:
        """The time between two blocks."""
        return self.block_ms / 1000


ETHEREUM_SHAPE: Final = ChainShape(ETHEREUM.id, "ETH", 1, 24_000_000, 1_200, 32, 64, "0x")
TRON_SHAPE: Final = ChainShape(TRON.id, "TRX", CHAIN_ID, 78_000_000, 3_000, 1, 19, "")
SOLANA_SHAPE: Final = ChainShape(SOLANA.id, "SOL", 0, 380_000_000, 400, 1, 32, "")
SHAPES: Final = {shape.chain: shape for shape in (ETHEREUM_SHAPE, TRON_SHAPE, SOLANA_SHAPE)}


def payment_of(withdrawal_id: str, chain: str, coin: str) -> tuple[str, int]:
    """Return the name of the transaction that pays a withdrawal, and the payment's place in it."""
    place = 0 if asset_of(chain, coin).contract else COIN_ITSELF
    if chain == SOLANA.id:
        return encoded_bare(hashlib.sha512(f"practice withdrawal {withdrawal_id}".encode()).digest()), place
    return f"{SHAPES[chain].prefix}{keccak256(f'practice withdrawal {withdrawal_id}'.encode()).hex()}", place


class PracticeEvmChain:
    """The chain as of a moment. `genesis_ms` is when its first block was found (UTC ms of the world)."""

    def __init__(
        self,
        genesis_ms: int,
        withdrawals: Callable[[], Sequence[KeptWithdrawal]],
        shape: ChainShape = ETHEREUM_SHAPE,
    ) -> None:
        self._genesis_ms, self._withdrawals = genesis_ms, withdrawals
        self.shape = shape

    def found_ms(self, height: int) -> int:
        """Return when the block of this height is found."""
        return self._genesis_ms + (height - self.shape.first_height) * self.shape.block_ms

    def tip(self, now_ms: int) -> int:
        """Return the height of the best block."""
        return self.shape.first_height + max(0, now_ms - self._genesis_ms) // self.shape.block_ms

    def final(self, now_ms: int) -> int:
        """Return the height of the highest block that is final."""
        return self.tip(now_ms) // self.shape.epoch * self.shape.epoch - self.shape.behind

    def block_of(self, kept: KeptWithdrawal) -> int:
        """Return the height of the block that takes this withdrawal's transaction."""
        return self.tip(kept.broadcast_ms + _RELAY_MS) + 1

    def confirmations(self, kept: KeptWithdrawal, now_ms: int) -> int:
        """Return the confirmations of a withdrawal's transaction, 0 while it is in no block."""
        return max(0, self.tip(now_ms) - self.block_of(kept) + 1)

    def mined(self, now_ms: int) -> list[KeptWithdrawal]:
        """Return the withdrawals over this chain whose transactions are in a block, oldest first."""
        mine = [kept for kept in self._withdrawals() if kept.network == self.shape.network]
        return [kept for kept in mine[::-1] if self.confirmations(kept, now_ms)]

    def units_of(self, kept: KeptWithdrawal) -> int:
        """Return what a withdrawal pays, in the coin's smallest unit."""
        return in_units(kept.amount, asset_of(self.shape.chain, kept.coin).decimals)

    def block_hash(self, height: int) -> str:
        """Return the name of a block."""
        return f"0x{keccak256(f'practice {self.shape.chain} block {height}'.encode()).hex()}"
