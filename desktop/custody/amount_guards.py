"""Guards on the amount (G7, G10): idle, minimum, step, fee cap, dust, and a test amount first."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_UP, Decimal

from msgspec.structs import replace

from desktop.custody.reports import VenueNetwork
from desktop.custody.routes import route
from desktop.custody.transfer import Transfer
from desktop.domain.money import plain, rounded_down

Trouble = tuple[str, str, str]

# Ten times the cost of moving it on: one p2wpkh input (68 vB) at 20 sat/vB, 21,000 gas at 5 gwei, for a token 65,000.
# Less than this is not worth moving. A fee above its cap is a mistake, or a venue that wants to keep the coins.
DUST = {
    "BTC": Decimal("0.000136"),
    "ETH": Decimal("0.001"),
    "USDT": Decimal(8),
    "USDC": Decimal(8),
    "SOL": Decimal("0.01"),
}
FEE_CAP = {
    "BTC": Decimal("0.002"),
    "ETH": Decimal("0.02"),
    "USDT": Decimal(60),
    "USDC": Decimal(60),
    "SOL": Decimal("0.1"),
}
FEE_CAP_SHARE = Decimal("0.05")
TEST_OVER_MINIMUM = Decimal("1.1")
TEST_SHARE = Decimal("0.01")


def in_whole_units(venue: str, network: VenueNetwork) -> VenueNetwork:
    """Return the network with a step that the coin can take on its chain: a venue may name a finer one."""
    way = route(venue, network.coin, network.network)
    unit = Decimal(1).scaleb(-way.decimals) if way is not None else network.step
    return network if network.step >= unit else replace(network, step=unit)


def first_amount(idle: Decimal, network: VenueNetwork) -> Decimal | None:
    """Return the amount of a first transfer: a tenth above the minimum, and never dust after the fee.

    None when the rest could not follow: then there is nothing to test with.
    """
    dust = DUST.get(network.coin, Decimal(0))
    least = max(network.minimum * TEST_OVER_MINIMUM, network.fee + dust)
    suggested = (least / network.step).to_integral_value(rounding=ROUND_UP) * network.step
    rest = max(network.minimum, network.fee + dust)
    return suggested if idle >= suggested + rest else None


def proposed_amount(transfer: Transfer, idle: Decimal, network: VenueNetwork) -> Decimal | None:
    """Return what a draft starts with: everything idle to a proved destination, otherwise a test amount first."""
    everything = rounded_down(idle, network.step)
    if network.maximum is not None:
        everything = min(everything, rounded_down(network.maximum, network.step))
    first = None if transfer.stored_destination else first_amount(idle, network)
    amount = everything if first is None else first
    return amount if amount > 0 else None


def amount_troubles(transfer: Transfer, idle: Decimal, network: VenueNetwork) -> Iterable[Trouble]:
    """Yield every objection to the amount as (rule, words, remedy)."""
    amount, coin = transfer.amount, transfer.coin
    if amount is None:
        yield "G7", "No amount is chosen.", "Choose an amount."
        return
    if amount > idle:
        yield "G7", f"{plain(amount)} {coin} is more than the {plain(idle)} {coin} that lie idle.", "Choose less."
    if amount < network.minimum:
        words = f"{plain(amount)} {coin} is below the exchange's minimum of {plain(network.minimum)} {coin}."
        yield "G7", words, f"Choose at least {plain(network.minimum)} {coin}."
    if network.maximum is not None and amount > network.maximum:
        words = f"{plain(amount)} {coin} is above the exchange's maximum of {plain(network.maximum)} {coin}."
        yield "G7", words, "Move it in several transfers."
    if amount != rounded_down(amount, network.step):
        rounded = plain(rounded_down(amount, network.step))
        yield "G7", f"The exchange takes steps of {plain(network.step)} {coin}.", f"Choose {rounded} {coin}."
    yield from _arriving_troubles(transfer, amount, idle, network)


def _arriving_troubles(
    transfer: Transfer, amount: Decimal, idle: Decimal, network: VenueNetwork
) -> Iterable[Trouble]:
    coin = transfer.coin
    receives = amount - network.fee
    if receives < DUST.get(coin, Decimal(0)):
        words = f"After the fee {plain(max(receives, Decimal(0)))} {coin} would arrive: too little to spend later."
        yield "G7", words, "Choose more."
    if transfer.stored_destination:
        if network.fee > amount * FEE_CAP_SHARE:
            yield "G7", f"The fee of {plain(network.fee)} {coin} is more than 5 % of the amount.", "Choose more."
        return
    first = first_amount(idle, network)
    if first is not None and amount > max(first, idle * TEST_SHARE):
        words = "Nothing has ever arrived at this destination: a test amount goes first."
        yield "G10", words, f"Take {plain(first)} {coin} now; the rest follows without copying the address again."


def fee_trouble(network: VenueNetwork) -> str:
    """Return why the network's fee is not acceptable, or nothing."""
    cap = FEE_CAP.get(network.coin)
    if cap is None or network.fee <= cap:
        return ""
    return f"its fee of {plain(network.fee)} {network.coin} is above the cap of {plain(cap)} {network.coin}"
