"""Questions by JSON-RPC 2.0 over HTTP, one at a time; an answer counts only for the very question it names."""

from __future__ import annotations

from typing import Any

import msgspec

from desktop.chain.chain_host import LATER, ChainHost
from desktop.domain.errors import NetworkTrouble

# What nodes say when they are asked too often (EIP-1474 names the first; the others are in use).
_TOO_MANY = frozenset({-32005, -32029, 429})
_WORDS = 160


class NodeSaysNo(NetworkTrouble):
    """The node answered with an error of its own: it may be able to answer another question."""


class _Failure(msgspec.Struct, frozen=True):
    code: int
    message: str = ""


class _Answer(msgspec.Struct, frozen=True):
    id: int
    result: Any = None
    error: _Failure | None = None


_decoder = msgspec.json.Decoder(_Answer)


class JsonRpc:
    """Ask one node. Engine thread. Every question reads; nothing is ever sent on."""

    def __init__(self, host: ChainHost, path: str = "") -> None:
        self.host = host
        self._path = path
        self._number = 0

    async def ask(self, method: str, *params: object) -> Any:
        """Return the result, None included. Raise NodeSaysNo for an error of the node, NetworkTrouble otherwise."""
        self._number += 1
        number = self._number
        body = msgspec.json.encode({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        try:
            answer = _decoder.decode(await self.host.post(self._path, body, method))
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise self.host.garbage(f"no JSON-RPC answer to {method}: {error}") from None
        if answer.id != number:
            raise self.host.garbage(f"an answer to another question than {method}")
        if answer.error is None:
            return answer.result
        if answer.error.code in _TOO_MANY:
            raise self.host.pause()
        words = f"{self.host.host} refused {method}: {answer.error.code} {answer.error.message[:_WORDS]}".rstrip()
        raise NodeSaysNo(words, LATER)
