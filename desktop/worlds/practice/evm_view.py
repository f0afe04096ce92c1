"""A node of the practice Ethereum or TRON over HTTP: JSON-RPC in the documented forms, as far as Seawall asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from desktop.chain.evm_forms import TRANSFER, word_of
from desktop.chain.tron import evm_form
from desktop.domain.chains import ETHEREUM, asset_of
from desktop.domain.errors import BadInput
from desktop.domain.evm_address import address_text, parse_address
from desktop.domain.keccak import keccak256
from desktop.engine.ports import Clock
from desktop.worlds.practice.evm_chain import PracticeEvmChain
from desktop.worlds.practice.http_server import HttpAnswer, HttpRequest, json_answer
from desktop.worlds.practice.practice_store import KeptWithdrawal

_POT = address_text(keccak256(b"practice pot")[-20:]).lower()
_GAS, _GAS_TOKEN = "0x5208", "0xb41d"


class _Question(msgspec.Struct):
    id: int
    method: str
    params: list[Any] = []


class EvmView:
    """One operator's node; it hears of everything `lag_ms` late."""

    def __init__(self, chain: PracticeEvmChain, clock: Clock, lag_ms: int) -> None:
        self._chain, self._clock, self._lag_ms = chain, clock, lag_ms
        self._answers: dict[str, Callable[..., object]] = {
            "eth_chainId": lambda: hex(self._chain.shape.chain_id),
            "eth_blockNumber": lambda: hex(self._tip()),
            "eth_getBlockByNumber": self._block,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionReceipt": self._receipt,
            "eth_getLogs": self._logs,
            "eth_getBalance": self._balance,
            "eth_getTransactionCount": lambda address, at: "0x0",
            "eth_getCode": lambda address, at: "0x",
        }

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer one question."""
        try:
            asked = msgspec.json.decode(request.body, type=_Question)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return json_answer(_failed(0, -32700, "parse error"), 400)
        if asked.method not in self._answers:
            return json_answer(_failed(asked.id, -32601, f"the method {asked.method} does not exist"))
        try:
            result = self._answers[asked.method](*asked.params)
        except (BadInput, TypeError, ValueError, KeyError, IndexError, AttributeError):
            return json_answer(_failed(asked.id, -32602, "invalid params"))
        return json_answer({"jsonrpc": "2.0", "id": asked.id, "result": result})

    def _now_ms(self) -> int:
        return self._clock.now_ms() - self._lag_ms

    def _tip(self) -> int:
        return self._chain.tip(self._now_ms())

    def _height(self, at: str) -> int:
        named = {"latest": self._tip(), "finalized": self._chain.final(self._now_ms())}
        return named[at] if at in named else int(at, 16)

    def _in_block(self, height: int) -> list[KeptWithdrawal]:
        return [kept for kept in self._chain.mined(self._now_ms()) if self._chain.block_of(kept) == height]

    def _block(self, at: str, whole: bool) -> object:
        height = self._height(at)
        if height > self._tip():
            return None
        inside = self._in_block(height)
        return {
            "number": hex(height), "hash": self._chain.block_hash(height),
            "parentHash": self._chain.block_hash(height - 1),
            "timestamp": hex(self._chain.found_ms(height) // 1000), "gasLimit": "0x2255100", "miner": _POT,
            "transactions": [self._transaction(_named(kept)) if whole else _named(kept) for kept in inside],
        }  # fmt: skip

    def _contract(self, kept: KeptWithdrawal) -> str:
        """Return the contract of a withdrawal's token in Ethereum's form, "" for the chain's own coin."""
        contract = asset_of(self._chain.shape.chain, kept.coin).contract
        return contract if not contract or contract.startswith("0x") else evm_form(contract)

    def _find(self, txid: str) -> KeptWithdrawal | None:
        return next((kept for kept in self._chain.mined(self._now_ms()) if _named(kept) == txid), None)

    def _transaction(self, txid: str) -> object:
        kept = self._find(txid)
        if kept is None:
            return None
        contract, height = self._contract(kept), self._chain.block_of(kept)
        to, units = _account(kept), self._chain.units_of(kept)
        return {
            "hash": txid, "blockNumber": hex(height), "blockHash": self._chain.block_hash(height),
            "from": _POT, "type": "0x2",
            "to": contract.lower() or "0x" + to.hex(), "value": hex(0 if contract else units),
            "input": f"0xa9059cbb{to.hex():0>64}{units:064x}" if contract else "0x", "nonce": "0x1",
        }  # fmt: skip

    def _receipt(self, txid: str) -> object:
        kept = self._find(txid)
        if kept is None:
            return None
        height, logs = self._chain.block_of(kept), self._noted(kept)
        return {
            "transactionHash": txid, "blockNumber": hex(height), "blockHash": self._chain.block_hash(height),
            "status": "0x1",
            "from": _POT, "gasUsed": _GAS_TOKEN if logs else _GAS, "logs": logs,
        }  # fmt: skip

    def _noted(self, kept: KeptWithdrawal) -> list[dict[str, object]]:
        """Return what the token's contract noted of a withdrawal; nothing where it is ether."""
        contract, height = self._contract(kept), self._chain.block_of(kept)
        if not contract:
            return []
        tokens = [one for one in self._in_block(height) if self._contract(one)]
        return [
            {
                "address": contract.lower(), "topics": [TRANSFER, word_of(_POT), f"0x{_account(kept).hex():0>64}"],
                "data": f"0x{self._chain.units_of(kept):064x}", "blockNumber": hex(height),
                "blockHash": self._chain.block_hash(height), "transactionHash": _named(kept),
                "logIndex": hex(tokens.index(kept)), "removed": False,
            }
        ]  # fmt: skip

    def _logs(self, asked: dict[str, Any]) -> object:
        first, last = self._height(asked["fromBlock"]), self._height(asked["toBlock"])
        contract, to = str(asked["address"]).lower(), str(asked["topics"][2]).lower()
        noted = [log for kept in self._chain.mined(self._now_ms()) for log in self._noted(kept)]
        within = [log for log in noted if first <= int(str(log["blockNumber"]), 16) <= last]
        return [log for log in within if log["address"] == contract and log["topics"][2] == to]  # type: ignore[index]

    def _balance(self, address: str, at: str) -> str:
        height, owner = self._height(at), parse_address(address)
        ether = [kept for kept in self._chain.mined(self._now_ms()) if kept.coin == ETHEREUM.coin]
        mine = [kept for kept in ether if _account(kept) == owner]
        return hex(sum(self._chain.units_of(kept) for kept in mine if self._chain.block_of(kept) <= height))


def _failed(number: int, code: int, message: str) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


def _named(kept: KeptWithdrawal) -> str:
    """Return the transaction's name as a node writes it."""
    return "0x" + kept.txid.removeprefix("0x")


def _account(kept: KeptWithdrawal) -> bytes:
    """Return the 20 bytes of the account that a withdrawal pays."""
    return parse_address(kept.address if kept.address.startswith("0x") else evm_form(kept.address))
