"""Bitcoin as an Esplora server tells it (mempool.space, blockstream.info, or the person's own).

Documented form: `GET /address/:a/txs` (unconfirmed first, then the newest confirmed) and `GET /blocks/tip/height`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from urllib.parse import quote

import httpx
import msgspec

from desktop.chain.chain_host import ChainHost
from desktop.domain.bitcoin_address import script_of
from desktop.domain.chains import BITCOIN
from desktop.engine.ports import Payment

LIVE_SOURCES: tuple[tuple[str, str], ...] = (
    ("mempool.space", "https://mempool.space/api"),
    ("blockstream.info", "https://blockstream.info/api"),
)

_LARGEST_TEXT_NUMBER = 20
_MOST_SATS = 2_100_000_000_000_000


class _Output(msgspec.Struct, frozen=True):
    value: int
    scriptpubkey: str = ""
    scriptpubkey_address: str = ""


class _Status(msgspec.Struct, frozen=True):
    confirmed: bool
    block_height: int | None = None
    block_time: int | None = None


class _Transaction(msgspec.Struct, frozen=True):
    txid: str
    vout: list[_Output]
    status: _Status


_transactions = msgspec.json.Decoder(list[_Transaction])


class EsploraSource:
    """One independent view of the Bitcoin chain (`engine.ports.ChainSource`). Every request is a GET. Engine thread.

    `proxy` is the person's own, if any. Raises NetworkTrouble, naming the host, when it does not answer as
    documented. After '429 too many requests' it is not asked again before its pause is over (its own `Retry-After`,
    else a minute and then twice as long).
    """

    chain = BITCOIN.id

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        proxy: str = "",
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._host = ChainHost(base_url, proxy=proxy, transport=transport, monotonic=monotonic)

    async def payments_to(
        self, address: str, *, coin: str = "", since_ms: int = 0, named: Sequence[str] = ()
    ) -> list[Payment]:
        """Return the payments to this address, newest first: all unconfirmed and the newest 25 or more confirmed.

        The server keeps a list of them: neither a time nor a transaction's name is needed.
        """
        script = script_of(address).hex()
        body = await self._get(f"/address/{quote(address, safe='')}/txs")
        try:
            transactions = _transactions.decode(body)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise self._host.garbage(f"its list of transactions: {error}") from None
        tip = await self.tip_height() if any(t.status.confirmed for t in transactions) else 0
        return [payment for t in transactions for payment in self._payments(t, address, script, tip)]

    async def why_not_pay(self, address: str) -> str:
        """Return nothing: an output here is spent by its key alone."""
        return ""

    async def tip_height(self) -> int:
        """Return the height of the best block."""
        text = (await self._get("/blocks/tip/height")).strip()
        if not text.isdigit() or len(text) > _LARGEST_TEXT_NUMBER:
            raise self._host.garbage("its height, which is no number")
        return int(text)

    async def take_proxy(self, proxy: str) -> None:
        """Ask through this proxy from now on ("" for none); a question under way fails as if it had no answer."""
        await self._host.take_proxy(proxy)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._host.close()

    async def _get(self, path: str) -> bytes:
        return await self._host.get(path, _kind(path))

    def _payments(self, transaction: _Transaction, address: str, script: str, tip: int) -> list[Payment]:
        if len(transaction.txid) != 64 or not set(transaction.txid) <= set("0123456789abcdef"):
            raise self._host.garbage("a transaction id that is none")
        height = self._height(transaction.status, tip)
        confirmations = 0 if height is None else max(1, tip - height + 1)
        block_time = transaction.status.block_time
        found = []
        for vout, output in enumerate(transaction.vout):
            if output.scriptpubkey_address != address:
                continue
            if output.scriptpubkey not in ("", script):
                raise self._host.garbage("an address beside a script that does not pay it")
            if not 0 <= output.value <= _MOST_SATS:
                raise self._host.garbage("an amount that cannot be")
            at_ms = None if block_time is None else block_time * 1000
            found.append(Payment(transaction.txid, vout, output.value, confirmations, height, at_ms))
        return found

    def _height(self, status: _Status, tip: int) -> int | None:
        if not status.confirmed:
            return None
        height = status.block_height
        # A block may arrive between the two questions, so the tip can be one behind; further off it is nonsense.
        if height is None or not 0 <= height <= tip + 1:
            raise self._host.garbage("a confirmed transaction without a block that can be")
        return height


def _kind(path: str) -> str:
    # The address itself stays out of messages and logs.
    return "its address question" if path.startswith("/address") else path
