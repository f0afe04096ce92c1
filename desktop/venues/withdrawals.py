"""Which coins exchanges let out, as they say without a key. Pure.

Binance, Bybit and OKX say it only to a key. Paths and names of fields: the documentation of each host, late 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from desktop.domain.errors import Unreadable
from desktop.domain.instrument import InstrumentTable
from desktop.domain.market import Message, WithdrawalStatus
from desktop.venues.http import Question
from desktop.venues.wire import Origin, looked_at

_Said = tuple[bool | None, str]


class _Form(NamedTuple):
    """Where a venue is asked and in which words it answers. `good` is its code for an answer that is one."""

    base_url: str
    question: Callable[[str], Question]
    path: str
    good: str | None
    coin: str
    network: tuple[str, ...]
    says: Callable[[dict[str, Any], dict[str, Any]], _Said]


def _kucoin(coin: dict[str, Any], chain: dict[str, Any]) -> _Said:
    return _yes_or_no(chain.get("isWithdrawEnabled")), ""


def _gate(coin: dict[str, Any], chain: dict[str, Any]) -> _Said:
    closed = _yes_or_no(chain.get("withdraw_disabled"))
    if _yes_or_no(coin.get("withdraw_disabled")) or _yes_or_no(coin.get("delisted")):
        closed = True
    delayed = _yes_or_no(chain.get("withdraw_delayed")) or _yes_or_no(coin.get("withdraw_delayed"))
    return (None if closed is None else not closed), "delayed" if delayed else ""


def _bitget(coin: dict[str, Any], chain: dict[str, Any]) -> _Said:
    congestion = chain.get("congestion")
    return _yes_or_no(chain.get("withdrawable")), "congested" if congestion == "congested" else ""


def _htx(coin: dict[str, Any], chain: dict[str, Any]) -> _Said:
    said = chain.get("withdrawStatus")
    return {"allowed": True, "prohibited": False}.get(said if isinstance(said, str) else ""), ""


def _yes_or_no(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value) if isinstance(value, str) else None


_FORMS: dict[str, _Form] = {
    "kucoin": _Form(
        "https://api.kucoin.com",
        lambda coin: Question(f"/api/v3/currencies/{coin}"),
        "/api/v3/currencies",
        "200000",
        "currency",
        ("chainName", "chainId"),
        _kucoin,
    ),
    "gate": _Form(
        "https://api.gateio.ws",
        lambda coin: Question(f"/api/v4/spot/currencies/{coin}"),
        "/api/v4/spot/currencies",
        None,
        "currency",
        ("name", "chain"),
        _gate,
    ),
    "bitget": _Form(
        "https://api.bitget.com",
        lambda coin: Question("/api/v2/spot/public/coins", (("coin", coin),)),
        "/api/v2/spot/public/coins",
        "00000",
        "coin",
        ("chain",),
        _bitget,
    ),
    "htx": _Form(
        "https://api.huobi.pro",
        lambda coin: Question("/v2/reference/currencies", (("currency", coin.lower()),)),
        "/v2/reference/currencies",
        "200",
        "currency",
        ("displayName", "chain"),
        _htx,
    ),
}
WITHDRAWAL_HOSTS: Final[Mapping[str, str]] = {venue: form.base_url for venue, form in _FORMS.items()}
"""The exchanges that say it without a key, and where."""


def question_of(venue: str, coin: str) -> Question:
    """Return what to ask this exchange about a coin. Raise KeyError for an exchange that is not asked."""
    return _FORMS[venue].question(coin)


def parse(frame: bytes, *, channel: str, received_ns: int, instruments: InstrumentTable) -> tuple[Message, ...]:
    """Return one WithdrawalStatus for each coin and network of an answer; which exchange it is follows from the path.

    An answer without networks says nothing, and a field of an unknown form makes `open` None. Never raises.
    """
    venue = next((name for name, form in _FORMS.items() if form.path in channel), "")
    origin = Origin(venue or "withdrawals", channel, received_ns)
    if not venue:
        return (origin.unparsed("an answer by a path that is not known", 0),)
    try:
        whole = looked_at(frame)
    except Unreadable as error:
        return (origin.unparsed(error.reason, error.offset),)
    form = _FORMS[venue]
    if form.good is not None:
        if not isinstance(whole, dict) or str(whole.get("code")) != form.good:
            return (origin.note(f"venue error: {_error_words(whole)}"),)
        whole = whole.get("data")
    elif isinstance(whole, dict) and "label" in whole:
        return (origin.note(f"venue error: {_error_words(whole)}"),)
    coins = whole if isinstance(whole, list) else [whole]
    if not all(isinstance(one, dict) and isinstance(one.get(form.coin), str) for one in coins):
        return (origin.unparsed(f"coins without {form.coin}", 0),)
    found = [status for coin in coins for status in _networks(coin, form, origin)]
    return tuple(found) or (origin.alive("no networks in it"),)


def _networks(coin: dict[str, Any], form: _Form, origin: Origin) -> list[WithdrawalStatus]:
    chains = coin.get("chains")
    made: list[WithdrawalStatus] = []
    for chain in chains if isinstance(chains, list) else ():
        if not isinstance(chain, dict):
            continue
        network = next((chain[key] for key in form.network if isinstance(chain.get(key), str) and chain[key]), "")
        is_open, detail = form.says(coin, chain)
        at_ms = origin.received_ns // 1_000_000
        made.append(WithdrawalStatus(origin.venue, coin[form.coin].upper(), network, is_open, at_ms, detail))
    return made


def _error_words(whole: object) -> str:
    if not isinstance(whole, dict):
        return "not an answer of this exchange"
    words = whole.get("msg") or whole.get("message") or ""
    return f"{whole.get('code') or whole.get('label') or ''} {words}"[:200].strip()
