"""The practice exchange: balances, an address book, withdrawals that take their time. Play money."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from desktop.domain import solana_keys
from desktop.domain.bitcoin_address import script_of
from desktop.domain.chains import asset_of
from desktop.domain.errors import BadInput, Refused
from desktop.domain.evm_address import parse_address
from desktop.domain.money import plain, rounded_down, satoshi
from desktop.domain.tron_address import address_bytes
from desktop.engine.desk_view import ExchangePageView
from desktop.engine.ports import Clock
from desktop.worlds.practice.evm_chain import payment_of
from desktop.worlds.practice.practice_store import KeptAddress, KeptWithdrawal, PracticeStore
from desktop.worlds.practice.practice_transaction import paying

VENUE = "binance"
FIRST_BALANCES = {
    "BTC": Decimal("0.842"),
    "ETH": Decimal("6.5"),
    "SOL": Decimal("120"),
    "USDT": Decimal("18500"),
    "USDC": Decimal("2400"),
}
EMAIL_SENT, CANCELLED, AWAITING, REJECTED, PROCESSING, FAILURE, COMPLETED = range(7)
_STAGES_MS = ((32_000, COMPLETED), (14_000, PROCESSING), (7_000, AWAITING), (0, EMAIL_SENT))
_BROADCAST_MS = 22_000
_STAGE_WORDS = {
    EMAIL_SENT: "e-mail sent, please confirm",
    AWAITING: "waiting for approval",
    PROCESSING: "processing",
    COMPLETED: "completed",
}
_RULE = "practice exchange"


@dataclass(frozen=True)
class NetworkTerms:
    """What the exchange asks for a withdrawal on a network. Amounts in the coin; `chain` "": none is played."""

    coin: str
    network: str
    name: str
    fee: Decimal
    minimum: Decimal
    open: bool
    eta_minutes: int
    default: bool = True
    note: str = ""
    chain: str = ""
    step: Decimal = Decimal("0.00000001")
    maximum: Decimal = Decimal(9999)

    @property
    def contract(self) -> str:
        """The token's contract, "" for a chain's own coin."""
        return asset_of(self.chain, self.coin).contract if self.chain else ""


_BITCOIN, _ETHEREUM = "Bitcoin", "Ethereum (ERC20)"
_MICRO = Decimal("0.000001")
_MOST_DOLLARS = Decimal(5_000_000)
NETWORKS = (
    NetworkTerms("BTC", "BTC", _BITCOIN, Decimal("0.00015"), Decimal("0.0005"), True, 2, chain="bitcoin"),
    NetworkTerms("BTC", "BSC", "BNB Smart Chain (BEP20)", Decimal("0.0000046"), Decimal("0.0000092"), True, 1, False),
    NetworkTerms("ETH", "ETH", _ETHEREUM, Decimal("0.0004"), Decimal("0.004"), True, 2, chain="ethereum"),
    NetworkTerms("SOL", "SOL", "Solana", Decimal("0.001"), Decimal("0.1"), True, 1, chain="solana"),
    NetworkTerms(
        "USDT", "ETH", _ETHEREUM, Decimal("1.6"), Decimal(10), True, 2,
        chain="ethereum", step=_MICRO, maximum=_MOST_DOLLARS,
    ),
    NetworkTerms(
        "USDT", "TRX", "Tron (TRC20)", Decimal("1.1"), Decimal(10), True, 1, default=False,
        chain="tron", step=_MICRO, maximum=_MOST_DOLLARS,
    ),
    NetworkTerms(
        "USDC", "ETH", _ETHEREUM, Decimal("1.6"), Decimal(10), True, 2,
        chain="ethereum", step=_MICRO, maximum=_MOST_DOLLARS,
    ),
    NetworkTerms(
        "USDC", "SOL", "Solana", Decimal("0.5"), Decimal(10), True, 1, default=False,
        chain="solana", step=_MICRO, maximum=_MOST_DOLLARS,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Lesson:
    """How kind the exchange is: hold on new addresses (seconds of its clock), coins whose withdrawals are paused."""

    hold_seconds: int = 0
    paused: frozenset[str] = frozenset()


class PracticeExchange:
    """The exchange behind its page. Every refusal is `Refused`, in the exchange's own words.

    What is written here is kept before the method returns; the stages of a withdrawal follow from the clock alone.
    Called on the event loop; `page` from any thread.
    """

    def __init__(self, store: PracticeStore, clock: Clock, lesson: Lesson | None = None) -> None:
        self._store, self._clock = store, clock
        self.lesson = lesson or Lesson()
        held = store.balances()
        new = {coin: free for coin, free in FIRST_BALANCES.items() if coin not in held}
        if new:
            store.keep_balances(new)
        self._balances = store.balances()
        self._addresses = store.addresses()
        self._withdrawals = tuple(store.withdrawals())

    def balances(self) -> dict[str, Decimal]:
        """Return the free balance by coin."""
        return dict(self._balances)

    def addresses(self) -> list[KeptAddress]:
        """Return the address book."""
        return list(self._addresses.values())

    def withdrawals(self) -> tuple[KeptWithdrawal, ...]:
        """Return all withdrawals, newest first."""
        return self._withdrawals

    def status(self, kept: KeptWithdrawal) -> int:
        """Return the stage of a withdrawal now, in Binance's numbers."""
        age_ms = self._clock.now_ms() - kept.applied_ms
        return next((stage for since_ms, stage in _STAGES_MS if age_ms >= since_ms), EMAIL_SENT)

    def completed_ms(self, kept: KeptWithdrawal) -> int:
        """Return when the withdrawal is completed."""
        return kept.applied_ms + _STAGES_MS[0][0]

    def is_open(self, terms: NetworkTerms) -> bool:
        """Return whether coins leave on this network now."""
        return terms.open and terms.coin not in self.lesson.paused

    def page(self) -> ExchangePageView:
        """Return what the exchange's own page shows now. Any thread."""
        return ExchangePageView(
            venue=VENUE,
            balances={coin: plain(free) for coin, free in self._balances.items()},
            saved_address={coin: kept.address for coin, kept in self._addresses.items()},
            notice=self._notice(),
        )

    def save_address(self, coin: str, address: str) -> None:
        """Save an address for withdrawals of a coin. Raise Refused if the exchange does not take it."""
        address = address.strip()
        terms = self._terms(coin, address)
        try:
            _check_address(terms, address)
        except BadInput as error:
            raise Refused(
                f"The exchange does not take this {coin} address: {error.message}", error.remedy, rule=_RULE
            ) from error
        kept = KeptAddress(coin, terms.network, address, self._clock.now_ms())
        if self._addresses.get(coin) is not None and self._addresses[coin].address == address:
            return  # saved already: its hold, if there is one, does not start again
        self._store.keep_address(kept)
        self._addresses = {**self._addresses, coin: kept}

    def withdraw(self, coin: str, amount: Decimal) -> KeptWithdrawal:
        """Send `amount`, fee included, to the saved address. Raise Refused in the exchange's words."""
        self._terms(coin)
        address = self._usable_address(coin)
        terms = self._terms(coin, address)
        self._check_amount(terms, amount)
        now_ms = self._clock.now_ms()
        number = hashlib.sha256(f"{now_ms} {len(self._withdrawals)}".encode()).hexdigest()[:32]
        net = amount - terms.fee
        txid, vout = _payment_of(terms, number, address, net)
        kept = KeptWithdrawal(
            id=number,
            coin=coin,
            network=terms.network,
            address=address,
            amount=net,
            fee=terms.fee,
            applied_ms=now_ms,
            broadcast_ms=now_ms + _BROADCAST_MS,
            txid=txid,
            vout=vout,
        )
        left = self._balances[coin] - amount
        self._store.keep_withdrawal(kept, left)
        self._balances = {**self._balances, coin: left}
        self._withdrawals = (kept, *self._withdrawals)
        return kept

    def _terms(self, coin: str, address: str = "") -> NetworkTerms:
        """Return the network of a coin that has such addresses, else its default one."""
        played = [terms for terms in NETWORKS if terms.coin == coin and (terms.default or terms.chain)]
        fitting = [terms for terms in played if address and _fits(terms, address)]
        terms = next(iter(fitting or played), None)
        if terms is None:
            raise Refused(f"The practice exchange does not hold {coin}.", "Choose BTC.", rule=_RULE)
        if not self.is_open(terms):
            raise Refused(f"Withdrawals of {coin} are suspended.", terms.note or "Try again later.", rule=_RULE)
        return terms

    def _usable_address(self, coin: str) -> str:
        kept = self._addresses.get(coin)
        if kept is None:
            raise Refused(f"No {coin} address is saved here.", "Save the address first.", rule=_RULE)
        wait_ms = kept.saved_ms + self.lesson.hold_seconds * 1000 - self._clock.now_ms()
        if wait_ms > 0:
            raise Refused(
                f"The new address can be used in {wait_ms // 1000 + 1} s.", "Wait until the hold ends.", rule=_RULE
            )
        return kept.address

    def _check_amount(self, terms: NetworkTerms, amount: Decimal) -> None:
        coin = terms.coin
        if not amount.is_finite() or amount < terms.minimum:
            words, remedy = f"The smallest withdrawal is {plain(terms.minimum)} {coin}.", "Take a larger amount."
        elif amount > self._balances[coin]:
            words, remedy = f"Only {plain(self._balances[coin])} {coin} are free.", "Take a smaller amount."
        elif amount != rounded_down(amount, terms.step):
            words, remedy = f"{plain(amount)} {coin} is no multiple of {plain(terms.step)}.", "Round it down."
        else:
            return
        raise Refused(words, remedy, rule=_RULE)

    def _notice(self) -> str:
        if not self._withdrawals:
            hold = self.lesson.hold_seconds
            return f"New addresses wait {hold} s." if hold else "Practice: a saved address can be used at once."
        kept = self._withdrawals[0]
        return f"Withdrawal of {plain(kept.amount + kept.fee)} {kept.coin}: {_STAGE_WORDS[self.status(kept)]}"


def _check_address(terms: NetworkTerms, address: str) -> None:
    """Raise BadInput for an address that the network does not have."""
    match terms.chain:
        case "bitcoin":
            script_of(address)
        case "tron":
            address_bytes(address)
        case "solana":
            solana_keys.address_bytes(address)
        case _:
            parse_address(address)


def _fits(terms: NetworkTerms, address: str) -> bool:
    try:
        _check_address(terms, address)
    except BadInput:
        return False
    return True


def _payment_of(terms: NetworkTerms, number: str, address: str, net: Decimal) -> tuple[str, int]:
    """Return the transaction that pays a withdrawal on its network, and the payment's place in it."""
    if terms.chain != "bitcoin":
        return payment_of(number, terms.chain, terms.coin)
    transaction, vout = paying(number, address, satoshi(net))
    return transaction.txid, vout
