"""What a coin on a venue is as collateral: its kind, and the haircut assumed until the venue says its own."""

from __future__ import annotations

from desktop.risk.account.wick import Stake

STABLE_COINS = frozenset({"USDT", "USDC", "USD", "FDUSD", "DAI", "TUSD", "USDE", "PYUSD", "USD1", "BUSD"})
_STAKED = frozenset({"WBETH", "STETH", "WSTETH", "BNSOL", "JITOSOL", "MSOL", "CBETH", "RETH", "WEETH", "WBTC"})
_MAJORS = frozenset({"BTC", "ETH"})
# Judgement: venues publish between none and a fifth; shown as assumed.
_MAJOR_HAIRCUT = 0.05
_OTHER_HAIRCUT = 0.15


def is_stable(coin: str) -> bool:
    """Return whether the coin stands for one US dollar."""
    return coin in STABLE_COINS


def assumed_haircut(coin: str) -> float:
    """Return the share of a coin's worth that does not count: 0 of stablecoins, 5 % of BTC and ETH, 15 % else."""
    if is_stable(coin):
        return 0.0
    return _MAJOR_HAIRCUT if coin in _MAJORS else _OTHER_HAIRCUT


def stake_of(coin: str, value_usd: float, *, beta: float, haircut: float | None = None) -> Stake:
    """Return a holding as collateral; `haircut` None takes the assumed one."""
    cut = assumed_haircut(coin) if haircut is None else haircut
    if is_stable(coin):
        return Stake(value_usd, cut, 0.0, "stable")
    return Stake(value_usd, cut, beta, "staked" if coin in _STAKED else "coin")
