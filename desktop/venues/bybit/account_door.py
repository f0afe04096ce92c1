"""Questions about an account on Bybit, signed for a read-only key. It only ever asks.

Signing by Bybit's v5 documentation: hex HMAC-SHA256 of timestamp + key + window + query, in headers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from desktop.domain.errors import NetworkTrouble
from desktop.engine.ports import Clock
from desktop.venues.errors import SaysNo
from desktop.venues.http import Question, RestDoor
from desktop.venues.wire import DECODE_FAILURES

REMEDY = "It is asked again; the exchange's own page shows the same facts."
NO_PERMISSION = "10005"
_WINDOW_MS = 10_000
_LONGEST_WINDOW_MS = 60_000
_REMEDIES = {
    "10002": "Set this computer's clock by the network, then try again.",
    "10003": "Enter Bybit's API key again: Bybit does not know it.",
    "10004": "Enter the API key's secret again: it does not belong to this key.",
    NO_PERMISSION: "Let the key read positions and wallet on Bybit's page.",
    "10010": "Allow this computer's address for the key on Bybit's page.",
    "33004": "Make a new read-only key on Bybit's page: this one has expired.",
}
# Bybit gives cursors in escaped form and wants them back as they are; anything else would break the query.
_PLAIN = re.compile(r"^[A-Za-z0-9%_.,:~+/=-]*\Z")

T = TypeVar("T")


class _Envelope(msgspec.Struct):
    result: msgspec.Raw


class BybitAccountDoor:
    """Asks for one read-only key. Engine thread. The secret is held in memory only and is in no message.

    Raise NetworkTrouble when Bybit does not answer as documented, SaysNo with its code and a remedy when it says no.
    """

    def __init__(self, key: str, secret: str, door: RestDoor, clock: Clock) -> None:
        self._key, self._secret = key, secret.encode()
        self._door, self._clock = door, clock
        # A fast clock leaves less real time within the same window.
        self._window = str(min(_LONGEST_WINDOW_MS, int(_WINDOW_MS * max(1.0, clock.speed))))

    async def ask(self, path: str, answer: type[T], asked: Mapping[str, str]) -> T:
        """Return the `result` of Bybit's answer; its envelope is judged before."""
        query = "&".join(f"{name}={_plain(value)}" for name, value in asked.items())
        question = Question(f"{path}?{query}" if query else path, headers=self._signed(query))
        try:
            body = await self._door.ask(question)
        except SaysNo as error:
            raise SaysNo(error.message, _REMEDIES.get(error.code, error.remedy), error.code) from None
        try:
            return msgspec.json.decode(msgspec.json.decode(body, type=_Envelope).result, type=answer, strict=False)
        except DECODE_FAILURES as error:
            raise NetworkTrouble(f"Bybit's answer to {path} is not as documented: {error}", REMEDY) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._door.close()

    def _signed(self, query: str) -> tuple[tuple[str, str], ...]:
        now = str(self._clock.now_ms())
        text = f"{now}{self._key}{self._window}{query}".encode()
        return (
            ("X-BAPI-API-KEY", self._key),
            ("X-BAPI-TIMESTAMP", now),
            ("X-BAPI-RECV-WINDOW", self._window),
            ("X-BAPI-SIGN", hmac.new(self._secret, text, hashlib.sha256).hexdigest()),
        )


def _plain(value: str) -> str:
    if not _PLAIN.match(value):
        raise NetworkTrouble(f"Bybit's cursor {value[:40]!r} is not as documented", REMEDY)
    return value
