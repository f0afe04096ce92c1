"""One frozen picture of everything the window shows. Assigned by the engine, read by anyone."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from desktop.alerts.incidents import Incident
from desktop.custody.transfer import Transfer
from desktop.domain.coverage import Completeness
from desktop.engine.alerting.channel_plan import ChannelPlans, WayOutView
from desktop.engine.alerting.rule_views import RulesView
from desktop.engine.market.catalogue_view import CatalogueView
from desktop.engine.own.own_views import ExposureView
from desktop.engine.past.history_view import HistoryView
from desktop.engine.preferences import PreferencesView
from desktop.risk.account.leaving import Leaving
from desktop.risk.reading import Level, Reading, State

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
    completeness: Completeness = "none"
    channels: tuple[ChannelView, ...] = ()
    error_share: float | None = None
    notice: str = ""
    withdrawals_closed: tuple[str, ...] = ()


class ChannelView(msgspec.Struct, frozen=True):
    """One channel of a feed (a socket, a poll, a topic) with its own state and reason."""

    name: str
    state: Literal["live", "stale", "down", "connecting", "off"]
    age_ms: int | None
    reason: str = ""


class ReasonView(msgspec.Struct, frozen=True):
    """One reason of the composite: an indicator of a coin (or of the market) with its own percentile (0..1)."""

    indicator: str
    coin: str
    value: float
    unit: str
    percentile: float
    level: Level
    floor: bool = False


class FamilyView(msgspec.Struct, frozen=True):
    """One family of the composite: the highest percentile (0..1) among its live members; None when none is live."""

    family: str
    percentile: float | None
    member: str = ""
    state: State = State.UNKNOWN


class CompositeView(msgspec.Struct, frozen=True):
    """The composite 0..100 of one coin: families, level with hysteresis, the three strongest reasons.

    `status` is degraded while fewer than three families are live: it then never says critical. `leaves_below` is the
    score under which the level falls. `families` in the catalogue's order. `spark` is one value a minute.
    """

    coin: str
    score: float | None
    level: Level
    status: Literal["live", "degraded", "warming", "unknown"]
    families: tuple[FamilyView, ...] = ()
    reasons: tuple[ReasonView, ...] = ()
    since_ms: int | None = None
    peak: float | None = None
    leaves_below: float | None = None
    spark: tuple[float, ...] = ()


class FuelView(msgspec.Struct, frozen=True):
    """The fuel gauge 0..100: it moves thresholds by `shift` points (at most 5) and never alarms alone."""

    score: float | None
    state: State
    reason: str = ""
    shift: float = 0.0
    parts: tuple[tuple[str, float], ...] = ()


class ContextView(msgspec.Struct, frozen=True):
    """One fact of the context strip. `dated` is True where it speaks of a day (published later), not of now."""

    name: str
    value: float | None
    unit: str
    state: State
    as_of_ms: int
    source: str
    reason: str = ""
    dated: bool = False
    level: Level = Level.CALM
    change: float | None = None


class UntestedView(msgspec.Struct, frozen=True):
    """Untested interest of a coin: a model, relative, USD in each price band. Arrays are never written to again.

    `edges` has one more entry than the masses (ascending prices). `long_usd` lies below the price, `short_usd` above.
    `k` is the amplification of a fall of 15 %, `multiplier` what a shock of 2 % grows by, each (low, high) over the
    assumed withdrawal of depth. `score` says how earlier clusters did: (swept, missed, lift); None before any.
    `calibration` is on how many real positions the mix of leverages rests, and their share of that venue's open
    interest; None: the shipped mix, a judgement.
    """

    coin: str
    edges: FloatArray
    long_usd: FloatArray
    short_usd: FloatArray
    state: State
    reason: str = ""
    added_usd: float = 0.0
    coverage: float | None = None
    below_usd: float | None = None
    k: tuple[float, float] | None = None
    multiplier: tuple[float, float] | None = None
    score: tuple[int, int, float | None] | None = None
    calibration: tuple[int, float | None] | None = None
    version: int = 0


class CoinView(msgspec.Struct, frozen=True):
    """One coin of the watch list: price, change over 24 h (fraction) and every reading by indicator id."""

    coin: str
    price: Reading
    change_24h: Reading
    readings: dict[str, Reading]
    spark: tuple[float, ...] = ()
    sparks: dict[str, tuple[float, ...]] = {}
    composite: CompositeView | None = None


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
    low_7d: float | None = None
    depth_usd: FloatArray | None = None
    slippage_bps: FloatArray | None = None


AnswerWay = Literal["here", "on_device", "hidden_pin"]


class DeviceQuestion(msgspec.Struct, frozen=True):
    """What the wallet wants from this computer; the answer carries the same `id`.

    `keys`: of its PIN grid, 9 or 10. `hidden`: the PIN of a hidden wallet. `on_device`: it may be typed there
    instead; `here`: a passphrase may be typed here. `attach_pin`: there are wallets that a PIN of their own opens.
    """

    id: int
    kind: Literal["pin", "passphrase"]
    keys: int = 9
    hidden: bool = False
    on_device: bool = True
    here: bool = True
    attach_pin: bool = False


class DeviceView(msgspec.Struct, frozen=True):
    """The wallet as far as it is known. `screen` is the words it shows now (drawn from what was sent to it).

    `mend` names what Seawall can do about the trouble itself, once the person agrees.
    """

    state: Literal["absent", "connecting", "ready", "busy", "locked", "trouble"]
    model: str = ""
    label: str = ""
    fingerprint: str = ""
    screen: tuple[str, ...] = ()
    asks: bool = False
    has_keys: bool = False
    trouble: str = ""
    remedy: str = ""
    mend: Literal["", "udev-rule"] = ""
    question: DeviceQuestion | None = None


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
    `may_say_not_sent` is True when `SayNotSent` would be taken. `leaving` is what the amount does to open positions;
    None once it is sent.
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
    leaving: Leaving | None = None


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
    """Everything the window shows, frozen at `now_ms` (engine clock, UTC). `versions` counts per panel.

    `offline` is True while the person has closed every connection of the market.
    """

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
    market: dict[str, Reading] = {}
    fuel: FuelView | None = None
    context: tuple[ContextView, ...] = ()
    untested: UntestedView | None = None
    exposure: ExposureView | None = None
    ways_out: tuple[WayOutView, ...] = ()
    plans: ChannelPlans | None = None
    history: HistoryView | None = None
    catalogue: CatalogueView | None = None
    rules: RulesView | None = None
    offline: bool = False
    preferences: PreferencesView | None = None
