"""One frozen picture of everything the window shows. Assigned by the engine, read by anyone."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from desktop.alerts.incidents import Incident
from desktop.custody.transfer import Transfer
from desktop.risk.reading import Level, Reading

FloatArray = npt.NDArray[np.float64]
World = Literal["live", "replay", "practice"]


class FeedView(msgspec.Struct, frozen=True):
    """The health of one venue's feed. `state` is live, stale, down or off; `age_ms` since its last message."""

    venue: str
    state: Literal["live", "stale", "down", "connecting", "off"]
    age_ms: int | None
    since_ms: int
    reason: str = ""
    messages: int = 0
    unparsed: int = 0
    latency_ms: float | None = None


class CoinView(msgspec.Struct, frozen=True):
    """One coin of the watch list: price, change over 24 h (fraction) and every reading by indicator id."""

    coin: str
    price: Reading
    change_24h: Reading
    readings: dict[str, Reading]
    spark: tuple[float, ...] = ()
    sparks: dict[str, tuple[float, ...]] = {}


class ChartView(msgspec.Struct, frozen=True):
    """The chart of the selected coin. Arrays share one time axis (`bar_ms`, bar opens); NaN is 'not recorded'.

    `long_usd` and `short_usd` are forced closings per bar (floors); `covered` is the share 0..1 of each bar during
    which the liquidation feeds were heard. `print_*` are single liquidations (`print_long` True: a long was closed).
    Arrays are never written to after publication.
    """

    coin: str
    interval_ms: int
    version: int
    bar_ms: FloatArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    long_usd: FloatArray
    short_usd: FloatArray
    covered: FloatArray
    funding_8h: FloatArray
    oi_usd: FloatArray
    print_ms: FloatArray
    print_price: FloatArray
    print_usd: FloatArray
    print_long: npt.NDArray[np.bool_]
    low_24h: float | None = None


class DeviceView(msgspec.Struct, frozen=True):
    """The wallet as far as it is known. `screen` is the words it shows now (drawn from what was sent to it)."""

    state: Literal["absent", "connecting", "ready", "busy", "locked", "trouble"]
    model: str = ""
    label: str = ""
    fingerprint: str = ""
    screen: tuple[str, ...] = ()
    asks: bool = False
    has_keys: bool = False
    trouble: str = ""
    remedy: str = ""


class ExchangePageView(msgspec.Struct, frozen=True):
    """Practice only: what the practice exchange's own page shows."""

    venue: str
    balances: dict[str, str]
    saved_address: dict[str, str]
    notice: str = ""


class TransferView(msgspec.Struct, frozen=True):
    """A transfer with what surrounds it at this moment.

    `page` is the page of the guide the person belongs to; `objections` are guards that forbid the next step, as
    (rule, words, remedy); `warnings` the same without forbidding. `looks` are the places being watched.
    `idle` is what the exchange says is free (text in the coin, empty: not known) and `test_amount` what a first
    transfer may move; `steps` are (page, `done|now|later|unknown|refused`); `notice` is a result worth a line.
    `may_say_not_sent` is True when `SayNotSent` would be taken.
    """

    transfer: Transfer
    page: str
    busy: str = ""
    refusal: str = ""
    refusal_remedy: str = ""
    objections: tuple[tuple[str, str, str], ...] = ()
    warnings: tuple[tuple[str, str, str], ...] = ()
    networks: tuple[NetworkOffer, ...] = ()
    looks: tuple[LookView, ...] = ()
    explorer_link: str = ""
    idle: str = ""
    test_amount: str = ""
    receives: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    notice: str = ""
    may_say_not_sent: bool = False


class NetworkOffer(msgspec.Struct, frozen=True):
    """A way out that the venue offers. `usable` False comes with `why` (words). Amounts are text in the coin."""

    network: str
    name: str
    usable: bool
    fee: str
    minimum: str
    eta_minutes: int | None
    why: str = ""


class LookView(msgspec.Struct, frozen=True):
    """One place that is looked at for this transfer: its last answer and when it is asked next."""

    place: str
    looking_for: str
    answer: str
    answered_ms: int | None
    next_ms: int | None
    state: Literal["waiting", "found", "absent", "silent"]


class DeskView(msgspec.Struct, frozen=True):
    """Everything the window shows, frozen at `now_ms` (engine clock, UTC). `versions` counts per panel."""

    version: int
    now_ms: int
    world: World
    level: Level
    feeds: tuple[FeedView, ...]
    coins: tuple[CoinView, ...]
    incidents: tuple[Incident, ...]
    device: DeviceView
    transfers: tuple[TransferView, ...] = ()
    chart: ChartView | None = None
    exchange_page: ExchangePageView | None = None
    coverage: float | None = None
    snoozed_until_ms: int | None = None
    suspended_rules: tuple[str, ...] = ()
    speed: float = 1.0
    notes: tuple[str, ...] = ()
    label: str = ""
