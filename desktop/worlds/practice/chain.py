"""The practice chain: blocks about every thirty seconds of the world's clock, served in the Esplora form.

Everything follows from the time and the kept withdrawals, so that a restart finds the same chain and no block is
ever replaced.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from desktop.domain.bitcoin_address import script_of
from desktop.domain.errors import BadInput
from desktop.engine.ports import Clock
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer, text_answer
from desktop.worlds.practice.practice_store import KeptWithdrawal
from desktop.worlds.practice.practice_transaction import PaidOutput, PracticeTransaction, transaction_of

FIRST_HEIGHT = 935_000
BLOCK_MS = 30_000
_JITTER_MS = 8_000
_RELAY_MS = 3_000
_KINDS = {22: "v0_p2wpkh", 25: "p2pkh", 23: "p2sh"}


class PracticeChain:
    """The chain as of a moment. `genesis_ms` is when its first block was found (UTC ms of the world)."""

    def __init__(self, genesis_ms: int, withdrawals: Callable[[], Sequence[KeptWithdrawal]]) -> None:
        self._genesis_ms, self._withdrawals = genesis_ms, withdrawals

    def found_ms(self, height: int) -> int:
        """Return when the block of this height is found."""
        jitter = int.from_bytes(hashlib.sha256(f"block {height}".encode()).digest()[:4], "big") % (2 * _JITTER_MS)
        return self._genesis_ms + (height - FIRST_HEIGHT) * BLOCK_MS + jitter - _JITTER_MS

    def tip(self, now_ms: int) -> int:
        """Return the height of the best block."""
        height = FIRST_HEIGHT + max(0, (now_ms - self._genesis_ms) // BLOCK_MS + 1)
        while height > FIRST_HEIGHT and self.found_ms(height) > now_ms:
            height -= 1
        return height

    def block_of(self, kept: KeptWithdrawal) -> int:
        """Return the height of the block that takes this withdrawal's transaction."""
        height = self.tip(kept.broadcast_ms + _RELAY_MS) + 1
        while self.found_ms(height) <= kept.broadcast_ms + _RELAY_MS:
            height += 1
        return height

    def seen(self, now_ms: int) -> list[KeptWithdrawal]:
        """Return the withdrawals whose transactions are public, newest first."""
        return [kept for kept in self._withdrawals() if kept.network == "BTC" and kept.broadcast_ms <= now_ms]

    def confirmations(self, kept: KeptWithdrawal, now_ms: int) -> int:
        """Return the confirmations of a withdrawal's transaction, 0 while it is in no block."""
        return max(0, self.tip(now_ms) - self.block_of(kept) + 1)


class EsploraView:
    """One operator's view of the chain over HTTP; it hears of everything `lag_ms` late."""

    def __init__(self, chain: PracticeChain, clock: Clock, lag_ms: int) -> None:
        self._chain, self._clock, self._lag_ms = chain, clock, lag_ms

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request of the Esplora form."""
        now_ms = self._clock.now_ms() - self._lag_ms
        match request.path.strip("/").split("/"):
            case ["blocks", "tip", "height"]:
                return text_answer(str(self._chain.tip(now_ms)))
            case ["blocks", "tip", "hash"]:
                return text_answer(_block_hash(self._chain.tip(now_ms)))
            case ["address", address, *rest] if rest in ([], ["txs"]):
                return self._address(address, now_ms, whole=bool(rest))
            case ["tx", txid, *rest] if rest in ([], ["status"]):
                return self._transaction(txid, now_ms, status_only=bool(rest))
        return text_answer("Not found", 404)

    def _address(self, address: str, now_ms: int, *, whole: bool) -> HttpAnswer:
        try:
            script_of(address)
        except BadInput:
            return text_answer("Invalid Bitcoin address", 400)
        paying = [kept for kept in self._chain.seen(now_ms) if kept.address == address]
        if whole:
            return json_answer([self._form(kept, now_ms) for kept in paying])
        in_block = [kept for kept in paying if self._chain.confirmations(kept, now_ms)]
        waiting = [kept for kept in paying if kept not in in_block]
        return json_answer({"address": address, "chain_stats": _sums(in_block), "mempool_stats": _sums(waiting)})

    def _transaction(self, txid: str, now_ms: int, *, status_only: bool) -> HttpAnswer:
        for kept in self._chain.seen(now_ms):
            if kept.txid == txid:
                return json_answer(self._status(kept, now_ms) if status_only else self._form(kept, now_ms))
        return text_answer("Transaction not found", 404)

    def _status(self, kept: KeptWithdrawal, now_ms: int) -> dict[str, object]:
        if not self._chain.confirmations(kept, now_ms):
            return {"confirmed": False}
        height = self._chain.block_of(kept)
        found_s = self._chain.found_ms(height) // 1000
        return {"confirmed": True, "block_height": height, "block_hash": _block_hash(height), "block_time": found_s}

    def _form(self, kept: KeptWithdrawal, now_ms: int) -> dict[str, object]:
        return _transaction_form(transaction_of(kept), self._status(kept, now_ms))


def _transaction_form(transaction: PracticeTransaction, status: dict[str, object]) -> dict[str, object]:
    spent = {
        "txid": transaction.previous_txid, "vout": 0, "prevout": _output_form(transaction.previous), "scriptsig": "",
        "scriptsig_asm": "", "is_coinbase": False, "sequence": 4_294_967_293,
    }  # fmt: skip
    return {
        "txid": transaction.txid, "version": 2, "locktime": 0, "vin": [spent],
        "vout": [_output_form(output) for output in transaction.outputs], "size": 223, "weight": 562,
        "fee": transaction.fee_sats, "status": status,
    }  # fmt: skip


def _output_form(output: PaidOutput) -> dict[str, object]:
    kind = _KINDS.get(len(output.script), "v1_p2tr" if output.script[:1] == b"\x51" else "v0_p2wsh")
    return {
        "scriptpubkey": output.script.hex(), "scriptpubkey_type": kind, "scriptpubkey_address": output.address,
        "value": output.sats,
    }  # fmt: skip


def _sums(paying: Sequence[KeptWithdrawal]) -> dict[str, int]:
    total = sum(int(kept.amount * 100_000_000) for kept in paying)
    return {
        "funded_txo_count": len(paying), "funded_txo_sum": total, "spent_txo_count": 0, "spent_txo_sum": 0,
        "tx_count": len(paying),
    }  # fmt: skip


def _block_hash(height: int) -> str:
    return "0" * 19 + hashlib.sha256(f"practice block {height}".encode()).hexdigest()[19:]
