"""Solana as a node tells it by JSON-RPC: the transactions of an account, each read from its own record."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import httpx
import msgspec

from desktop.chain import solana_forms as forms
from desktop.chain.chain_host import ChainHost
from desktop.chain.json_rpc import JsonRpc
from desktop.custody.reports import COIN_ITSELF
from desktop.domain.chain_addresses import txid_of
from desktop.domain.chains import SOLANA, asset_of
from desktop.domain.errors import NetworkTrouble
from desktop.domain.solana_keys import address_bytes, address_of_bytes
from desktop.domain.solana_token_account import token_account
from desktop.engine.ports import Payment

LIVE_SOURCES: tuple[tuple[str, str], ...] = (
    ("solana.com", "https://api.mainnet-beta.solana.com"),
    ("publicnode.com, Solana", "https://solana-rpc.publicnode.com"),
)
_SEEN = {"commitment": "confirmed"}
_PAGE, _MOST_PAGES = 200, 5
_CLOCK_SECONDS = 60

T = TypeVar("T")


class _Found(msgspec.Struct, frozen=True):
    units: int
    slot: int
    at_ms: int | None


class SolanaSource:
    """One independent view of Solana (`engine.ports.ChainSource`). Every question reads. Engine thread.

    Raises NetworkTrouble, naming the host, when it does not answer as documented or is a node of another network.
    """

    chain = SOLANA.id

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        proxy: str = "",
        gap_seconds: float = 0.0,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._host = ChainHost(
            base_url, proxy=proxy, gap_seconds=gap_seconds, transport=transport, monotonic=monotonic
        )
        self._rpc = JsonRpc(self._host)
        self._is_checked = False
        self._final: dict[tuple[str, str, str], _Found] = {}

    async def payments_to(
        self, address: str, *, coin: str = "", since_ms: int = 0, named: Sequence[str] = ()
    ) -> list[Payment]:
        """Return the payments of the coin to this wallet since then, newest first.

        A node lists every transaction of an account: no name is needed. Raise BadInput for another coin.
        """
        mint = asset_of(SOLANA.id, coin or SOLANA.coin).contract
        owner = address_of_bytes(address_bytes(address))
        return await self._documented(lambda: self._payments(owner, mint, since_ms))

    async def why_not_pay(self, address: str) -> str:
        """Return nothing: what lies at a wallet's address is spent by its key alone."""
        return ""

    async def tip_height(self) -> int:
        """Return the newest slot that most of the network has seen."""
        return await self._documented(self._tip)

    async def take_proxy(self, proxy: str) -> None:
        """Ask through this proxy from now on ("" for none); a question under way fails as if it had no answer."""
        await self._host.take_proxy(proxy)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._host.close()

    async def _tip(self) -> int:
        if not self._is_checked:
            if await self._rpc.ask("getGenesisHash") != forms.MAIN_NET:
                words = f"{self._host.host} is a node of another network than Solana's main one"
                raise NetworkTrouble(words, "Another source has to be asked.")
            self._is_checked = True
        return forms.read(await self._rpc.ask("getSlot", _SEEN), int)

    async def _payments(self, owner: str, mint: str, since_ms: int) -> list[Payment]:
        tip = await self._tip()
        # An exchange that is given a wallet pays its associated account, derived here: the node is not asked for it.
        rows = await self._rows(_token_account(owner, mint) if mint else owner, since_ms)
        found = []
        for row in sorted(rows, key=lambda one: (one.slot, one.signature), reverse=True):
            paid = await self._paid(row, owner, mint)
            if paid is not None and paid.units:
                found.append(_payment(row, paid, COIN_ITSELF if not mint else 0, tip))
        return found

    async def _rows(self, account: str, since_ms: int) -> list[forms.Signature]:
        """Return the successful transactions of an account since then. Raise ValueError where they are too many."""
        oldest_s, before, found = since_ms / 1000 - _CLOCK_SECONDS, "", []
        for _ in range(_MOST_PAGES):
            how = {"limit": _PAGE, **_SEEN, **({"before": before} if before else {})}
            page = forms.read(await self._rpc.ask("getSignaturesForAddress", account, how), list[forms.Signature])
            young = [row for row in page if row.block_time is None or row.block_time >= oldest_s]
            found += [row for row in young if row.err is None]
            if len(page) < _PAGE or len(young) < len(page):
                return found
            before = page[-1].signature
        raise ValueError(f"more than {_PAGE * _MOST_PAGES} transactions of one account since then")

    async def _paid(self, row: forms.Signature, owner: str, mint: str) -> _Found | None:
        """Return what the transaction paid the wallet, None where the node does not hold it yet, or it failed."""
        if not txid_of(row.signature, SOLANA.kind):
            raise ValueError(f"{row.signature[:100]!r} is no name of a transaction")
        key = (row.signature, owner, mint)
        if key in self._final:
            return self._final[key]
        how = {"encoding": "json", "maxSupportedTransactionVersion": 0, **_SEEN}
        raw = await self._rpc.ask("getTransaction", row.signature, how)
        if raw is None:
            return None
        told = forms.read(raw, forms.Recorded)
        if told.transaction.signatures[:1] != [row.signature] or told.slot != row.slot:
            raise ValueError(f"another transaction than {row.signature}")
        if told.meta is not None and told.meta.err is not None:
            raise ValueError(f"{row.signature} failed, and is listed as one that did not")
        units = forms.tokens_to(told, owner, mint) if mint else forms.coins_to(told, owner)
        found = _Found(units, told.slot, None if told.block_time is None else told.block_time * 1000)
        if row.confirmation_status == forms.FINAL:
            self._final[key] = found
        return found

    async def _documented(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except (msgspec.ValidationError, ValueError) as error:
            raise self._host.garbage(str(error)) from error


def _payment(row: forms.Signature, paid: _Found, place: int, tip: int) -> Payment:
    depth = max(1, tip - paid.slot + 1)
    return Payment(
        row.signature, place, paid.units, depth, paid.slot, paid.at_ms, row.confirmation_status == forms.FINAL
    )


def _token_account(owner: str, mint: str) -> str:
    return address_of_bytes(token_account(address_bytes(owner), address_bytes(mint)))
