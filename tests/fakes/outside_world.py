"""What lies outside of Seawall in tests: an exchange's account and a chain, kept in a file where a kill cannot reach.

Everything follows from the withdrawals and the time, as with a real exchange: Seawall only ever looks.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import msgspec

from desktop.domain.base58 import encoded_bare
from desktop.domain.chains import asset_of
from desktop.domain.errors import NetworkTrouble
from desktop.domain.money import in_units
from desktop.engine.ports import Clock, Payment, SavedAddress, VenueNetwork, VenueWithdrawal

LISTED_TXID_MS = 10_000
COMPLETED_MS = 20_000
FIRST_BLOCK_MS = 40_000
BLOCK_MS = 30_000
FINAL_BLOCKS = 4

BITCOIN = VenueNetwork("BTC", "BTC", True, Decimal("0.0001"), Decimal("0.001"), Decimal("0.00000001"), eta_minutes=30)
TOKEN = VenueNetwork("BTC", "BSC", True, Decimal("0.00001"), Decimal("0.0002"), Decimal("0.00000001"), eta_minutes=3)


TOKENS = {
    "ETH": "0xdac17f958d2ee523a2206206994597c13d831ec7",
    "TRX": "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
    "SOL": "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGkZwyTDt1v",
}


def token_on(network: str) -> str:
    """Return the token that leaves by this network."""
    return "USDC" if network == "SOL" else "USDT"


def token_over(network: str) -> VenueNetwork:
    """Return a network that pays USDT, on Solana USDC."""
    contract = TOKENS[network]
    step = Decimal("0.000001")
    return VenueNetwork(
        token_on(network), network, True, Decimal("1.6"), Decimal(10), step, eta_minutes=4, contract=contract
    )


class Withdrawn(msgspec.Struct, frozen=True):
    """A withdrawal that the person made on the exchange's own page; `amount` includes the fee."""

    ref: str
    address: str
    amount: Decimal
    at_ms: int
    network: str = "BTC"
    fee: Decimal = Decimal("0.0001")
    coin: str = "BTC"
    stopped: str = ""

    @property
    def txid(self) -> str:
        """The transaction that pays it."""
        name = hashlib.sha256(f"{self.ref} {self.address}".encode()).hexdigest()
        if self.network == "SOL":
            return encoded_bare(hashlib.sha512(name.encode()).digest())
        return f"0x{name}" if self.network == "ETH" else name


class Outside(msgspec.Struct):
    """The state of the outside. With a path it is on disk after every change."""

    now_ms: int = 1_790_000_000_000
    idle: Decimal = Decimal("0.5")
    saved: list[str] = []
    withdrawn: list[Withdrawn] = []
    networks: list[VenueNetwork] = msgspec.field(default_factory=lambda: [BITCOIN, TOKEN])
    strangers: list[Payment] = []
    hold_ms: int = 0
    path: str = ""
    coin: str = "BTC"
    network: str = "BTC"

    @classmethod
    def of_token(cls, network: str) -> Outside:
        """Return an outside in which a token lies idle and leaves by this network."""
        return cls(coin=token_on(network), network=network, idle=Decimal(9000), networks=[token_over(network)])

    @property
    def chain(self) -> str:
        """The chain behind the network."""
        return {"BTC": "bitcoin", "ETH": "ethereum", "TRX": "tron", "SOL": "solana"}[self.network]

    @classmethod
    def at(cls, path: Path, network: str = "") -> Outside:
        """Return the outside as the file has it, or a new one (of a token, by its network) to be kept there."""
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=cls)
        new = cls.of_token(network) if network else cls()
        new.path = str(path)
        return new

    def keep(self) -> None:
        """Write it down at once, whole or not at all."""
        if self.path:
            part = Path(self.path + ".part")
            part.write_bytes(msgspec.json.encode(self))
            os.replace(part, self.path)

    def withdraw(self, address: str, amount: Decimal, **changes: object) -> Withdrawn:
        """Do what the person does on the exchange's page: send `amount`, fee included."""
        fee = next(n.fee for n in self.networks if n.network == self.network)
        made = Withdrawn(f"w{len(self.withdrawn) + 1}", address, amount, self.now_ms, self.network, fee, self.coin)
        made = msgspec.structs.replace(made, **changes)
        self.withdrawn = [*self.withdrawn, made]
        self.idle -= amount
        self.keep()
        return made


class FakeExchange:
    """`ExchangeRecords` over the outside. `silent` makes it not answer."""

    def __init__(self, outside: Outside, clock: Clock, venue: str = "binance") -> None:
        self.venue = venue
        self.outside = outside
        self.silent = False
        self.asked = 0
        self._clock = clock

    def _answer(self) -> None:
        self.asked += 1
        if self.silent:
            raise NetworkTrouble(f"{self.venue} does not answer.", "Look again.")

    async def balances(self) -> dict[str, Decimal]:
        """Return free balances by coin."""
        self._answer()
        return {self.outside.coin: self.outside.idle}

    async def networks(self, coin: str) -> list[VenueNetwork]:
        """Return every network of the coin."""
        self._answer()
        return [n for n in self.outside.networks if n.coin == coin]

    async def saved_addresses(self, coin: str) -> list[SavedAddress]:
        """Return the address book."""
        self._answer()
        hold = self.outside.hold_ms or None
        return [
            SavedAddress(coin, self.outside.network, address, usable_from_ms=hold) for address in self.outside.saved
        ]

    async def withdrawals(self, coin: str, since_ms: int) -> list[VenueWithdrawal]:
        """Return the withdrawals since then, newest first."""
        self._answer()
        return [self._record(w) for w in reversed(self.outside.withdrawn) if w.coin == coin and w.at_ms >= since_ms]

    def _record(self, made: Withdrawn) -> VenueWithdrawal:
        age_ms = self._clock.now_ms() - made.at_ms
        status = made.stopped or ("completed" if age_ms >= COMPLETED_MS else "processing")
        return VenueWithdrawal(
            ref=made.ref,
            coin=made.coin,
            network=made.network,
            address=made.address,
            amount=made.amount - made.fee,
            fee=made.fee,
            status=status,
            txid=made.txid if age_ms >= LISTED_TXID_MS and not made.stopped else "",
            at_ms=made.at_ms,
        )


class FakeChain:
    """`ChainSource` over the outside: every withdrawal is paid, a block comes every 30 s. It hears `lag_ms` late."""

    def __init__(self, outside: Outside, clock: Clock, name: str, lag_ms: int = 0) -> None:
        self.name = name
        self.outside = outside
        self.silent = False
        self.hidden = False
        self.chain = outside.chain
        self.objection = ""
        self.asked = 0
        self._clock = clock
        self._lag_ms = lag_ms

    async def payments_to(
        self, address: str, *, coin: str = "", since_ms: int = 0, named: Sequence[str] = ()
    ) -> list[Payment]:
        """Return all payments to this address, newest first."""
        self._answer()
        now_ms = self._clock.now_ms() - self._lag_ms
        made = [
            w
            for w in self.outside.withdrawn
            if w.address == address and w.network == self.outside.network and not w.stopped
        ]
        found = [self._payment(w, now_ms) for w in made if now_ms >= w.at_ms + LISTED_TXID_MS and not self.hidden]
        return [*reversed(found), *self.outside.strangers]

    async def why_not_pay(self, address: str) -> str:
        """Return what the test says against the address."""
        self._answer()
        return self.objection

    async def tip_height(self) -> int:
        """Return the height of the best block."""
        self._answer()
        return (self._clock.now_ms() - self._lag_ms) // BLOCK_MS

    def _answer(self) -> None:
        self.asked += 1
        if self.silent:
            raise NetworkTrouble(f"{self.name} does not answer.", "Look again.")

    def _payment(self, made: Withdrawn, now_ms: int) -> Payment:
        in_block_ms = now_ms - made.at_ms - FIRST_BLOCK_MS
        confirmations = max(0, in_block_ms // BLOCK_MS + 1)
        height = now_ms // BLOCK_MS - confirmations + 1 if confirmations else None
        at_ms = made.at_ms + FIRST_BLOCK_MS if confirmations else None
        units = in_units(made.amount - made.fee, asset_of(self.chain, made.coin).decimals)
        final = self.chain != "bitcoin" and confirmations >= FINAL_BLOCKS
        return Payment(made.txid, 0, units, confirmations, height, at_ms, final)
