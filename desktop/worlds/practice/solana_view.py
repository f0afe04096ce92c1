"""A node of the practice Solana over HTTP: JSON-RPC in the documented forms, as far as Seawall asks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from desktop.chain.solana_forms import FINAL, MAIN_NET
from desktop.domain.base58 import encoded_bare
from desktop.domain.chains import SOLANA, asset_of
from desktop.domain.errors import BadInput
from desktop.domain.solana_keys import address_bytes, address_of_bytes
from desktop.domain.solana_token_account import token_account
from desktop.engine.ports import Clock
from desktop.worlds.practice.evm_chain import PracticeEvmChain
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer
from desktop.worlds.practice.practice_store import KeptWithdrawal

_POT = encoded_bare(hashlib.sha256(b"practice pot").digest())
_POT_LAMPORTS, _FEE, _RENT = 10**15, 5_000, 2_039_280


class _Question(msgspec.Struct):
    id: int
    method: str
    params: list[Any] = []


class SolanaView:
    """One operator's node; it hears of everything `lag_ms` late."""

    def __init__(self, chain: PracticeEvmChain, clock: Clock, lag_ms: int) -> None:
        self._chain, self._clock, self._lag_ms = chain, clock, lag_ms
        self._answers: dict[str, Callable[..., object]] = {
            "getGenesisHash": lambda: MAIN_NET,
            "getSlot": lambda how: self._chain.tip(self._now_ms()),
            "getSignaturesForAddress": self._signatures,
            "getTransaction": self._transaction,
        }

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one question."""
        try:
            asked = msgspec.json.decode(request.body, type=_Question)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return json_answer(_failed(0, -32700, "Parse error"), 400)
        if asked.method not in self._answers:
            return json_answer(_failed(asked.id, -32601, "Method not found"))
        try:
            result = self._answers[asked.method](*asked.params)
        except (BadInput, TypeError, ValueError, KeyError):
            return json_answer(_failed(asked.id, -32602, "Invalid params"))
        return json_answer({"jsonrpc": "2.0", "id": asked.id, "result": result})

    def _now_ms(self) -> int:
        return self._clock.now_ms() - self._lag_ms

    def _mined(self) -> list[KeptWithdrawal]:
        return self._chain.mined(self._now_ms())

    def _signatures(self, account: str, how: dict[str, Any]) -> object:
        touching = [kept for kept in self._mined() if account in _accounts(kept)][::-1]
        names = [kept.txid for kept in touching]
        after = names.index(how["before"]) + 1 if "before" in how else 0
        return [self._row(kept) for kept in touching[after : after + how.get("limit", 1000)]]

    def _row(self, kept: KeptWithdrawal) -> dict[str, object]:
        slot = self._chain.block_of(kept)
        final = slot <= self._chain.final(self._now_ms())
        return {
            "signature": kept.txid, "slot": slot, "err": None, "memo": None,
            "blockTime": self._chain.found_ms(slot) // 1000, "confirmationStatus": FINAL if final else "confirmed",
        }  # fmt: skip

    def _transaction(self, txid: str, how: dict[str, Any]) -> object:
        kept = next((one for one in self._mined() if one.txid == txid), None)
        if kept is None:
            return None
        accounts, slot, before = _accounts(kept), self._chain.block_of(kept), self._held_before(kept)
        paid = self._chain.units_of(kept)
        lamports = 0 if _mint(kept) else paid
        held = before if not _mint(kept) else 0
        balances = {_POT: (_POT_LAMPORTS, _POT_LAMPORTS - lamports - _FEE), kept.address: (held, held + lamports)}
        return {
            "slot": slot, "blockTime": self._chain.found_ms(slot) // 1000, "version": 0,
            "transaction": {"signatures": [txid], "message": {"accountKeys": accounts, "instructions": []}},
            "meta": {
                "err": None, "fee": _FEE,
                "preBalances": [balances.get(one, (_RENT, _RENT))[0] for one in accounts],
                "postBalances": [balances.get(one, (_RENT, _RENT))[1] for one in accounts],
                "preTokenBalances": _tokens(kept, before) if before else [],
                "postTokenBalances": _tokens(kept, before + paid),
                "loadedAddresses": {"writable": [], "readonly": []},
            },
        }  # fmt: skip

    def _held_before(self, kept: KeptWithdrawal) -> int:
        """Return what the wallet held of the coin before this withdrawal."""
        mine = [one for one in self._mined() if (one.address, one.coin) == (kept.address, kept.coin)]
        return sum(self._chain.units_of(one) for one in mine[: mine.index(kept)])


def _token_account(owner: str, mint: str) -> str:
    return address_of_bytes(token_account(address_bytes(owner), address_bytes(mint)))


def _mint(kept: KeptWithdrawal) -> str:
    return asset_of(SOLANA.id, kept.coin).contract


def _accounts(kept: KeptWithdrawal) -> list[str]:
    mint = _mint(kept)
    return [_POT, _token_account(kept.address, mint), mint] if mint else [_POT, kept.address]


def _tokens(kept: KeptWithdrawal, units: int) -> list[dict[str, object]]:
    if not _mint(kept):
        return []
    amount = {"amount": str(units), "decimals": 6}
    return [{"accountIndex": 1, "mint": _mint(kept), "owner": kept.address, "uiTokenAmount": amount}]


def _failed(number: int, code: int, message: str) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}
