"""The answers to the three questions of the header: pure lines from a view."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from desktop.alerts.incidents import Incident
from desktop.custody.routes import ROUTES
from desktop.engine.desk_view import CoinView, DeskView, FeedView, ReasonView
from desktop.engine.own.own_views import ExposureView
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.reading import Reading, State
from desktop.ui import shapes, theme, wording
from desktop.ui.runs import Divider, Mark, Meter, Run, Space, Words
from desktop.ui.shapes import Shape
from desktop.ui.tile_shape import level_of
from desktop.ui.tile_whole import shape_of_mine, wick_words
from desktop.ui.wording import tr

_BOLD = theme.SEMIBOLD


def worst_open(view: DeskView) -> Incident | None:
    """Return the open incident with the highest level; of equals the coin that stands first in the watch list.

    What is about the market comes before what is about the person: these are two questions.
    """
    places = {coin.coin: place for place, coin in enumerate(view.coins)}
    going_on = [incident for incident in view.incidents if incident.closed_ms is None]
    return min(
        going_on, key=lambda i: (i.is_own, -i.level, places.get(i.coin, len(places)), -i.opened_ms), default=None
    )


def coin_in_question(view: DeskView) -> CoinView | None:
    """Return the coin of the worst open incident, otherwise the first of the watch list."""
    worst = worst_open(view)
    wanted = "" if worst is None else worst.coin
    return next((coin for coin in view.coins if coin.coin == wanted), view.coins[0] if view.coins else None)


def started_runs(view: DeskView) -> tuple[Run, ...]:
    """Answer 'Has it started?': the three reasons of the composite; without one, forced selling and the low."""
    coin = coin_in_question(view)
    if coin is None:
        return _unknown(tr("no coin is watched"))
    if coin.composite is not None and coin.composite.reasons:
        return _divided([_reason(reason) for reason in coin.composite.reasons[:3]])
    parts = (
        _answer(coin, "LIQ_INT_1H", tr("{coin} long liquidations", coin=coin.coin), tr("in 1 h")),
        _answer(coin, "LIQ_IMB_1H", tr("imbalance"), ""),
        _answer(coin, "LEVEL_24H", "", tr("above 24 h low")),
    )
    return _divided(parts)


def _divided(parts: Sequence[tuple[Run, ...]]) -> tuple[Run, ...]:
    line: list[Run] = []
    for place, part in enumerate(parts):
        # What stands last is the weakest reason: where space is short it goes first.
        line += [*([Divider(place - 1)] if place else []), *(_spared(run, place) for run in part)]
    return tuple(line)


def _spared(run: Run, place: int) -> Run:
    return run if place < 2 or run.spare else replace(run, spare=1)


def _reason(reason: ReasonView) -> tuple[Run, ...]:
    shape = shapes.of_level(reason.level)
    floor = (Words(f"{wording.FLOOR_MARK} "),) if reason.floor else ()
    return (
        Mark(shape, 10, 7, says=level_of(shape)),
        Words(f"{wording.reason_name(reason.coin, reason.indicator)} "),
        *floor,
        Words(wording.figure(reason.value, reason.unit), weight=_BOLD),
        Words(f"  {wording.percentile(reason.percentile)}", "third", spare=2),
    )


def _answer(coin: CoinView, name: str, before: str, after: str) -> tuple[Run, ...]:
    reading = coin.readings.get(name)
    called = before or wording.indicator_name(name)
    if reading is None or reading.value is None:
        why = tr("unknown") if reading is None or reading.state is State.UNKNOWN else tr("warming")
        shape = Shape.UNKNOWN if reading is None else shapes.of_reading(reading)
        return (Mark(shape, 10, 7, says=why), Words(f"{called} ", "second"), Words(why, "third", dotted=True))
    shape = shapes.of_reading(reading)
    value = reading.value
    if name == "LEVEL_24H" and value < 0:
        after = tr("under 24 h low")
        value = -value
    figure = wording.figure(value, CATALOGUE[name].unit)
    stale = reading.state is State.STALE
    head: tuple[Run, ...] = (Mark(shape, 10, 7, says=level_of(shape)),)
    words: list[Run] = [Words(f"{before} ")] if before else []
    if reading.floor:
        words.append(Words(f"{wording.FLOOR_MARK} "))
    words.append(Words(figure, "third" if stale else "text", _BOLD))
    if after:
        words.append(Words(f" {after}", spare=1 if name == "LIQ_INT_1H" else 0))
    return (*head, *words, *_aside(coin, name, reading))


def _aside(coin: CoinView, name: str, reading: Reading) -> tuple[Run, ...]:
    if name == "LEVEL_24H" and coin.price.value is not None:
        return (Words(f"  {tr('price')} {wording.price(coin.price.value)}", "third", spare=3),)
    if reading.percentile is not None:
        return (Words(f"  {wording.percentile(reading.percentile)}", "third", spare=2),)
    return ()


def fuel_runs(view: DeskView) -> tuple[Run, ...]:
    """Answer 'Is there fuel?': funding; and how much of the market is seen: feeds with age, coverage."""
    line: list[Run] = list(_fuel(view))
    for place, feed in enumerate(view.feeds):
        line += [Divider() if place == 0 else Space(8), *(() if place == 0 else (Space(8, 1),)), *feed_runs(feed)]
    if view.coverage is None:
        line += [Divider(), Words(tr("Coverage "), "second"), Words(tr("unknown"), "third", dotted=True)]
    else:
        share = wording.percent(view.coverage, 0)
        line += [
            Divider(),
            Words(tr("Coverage ")),
            Words(share, weight=_BOLD),
            Space(8, 1),
            Meter(view.coverage, 64, 1),
        ]
        line.append(Words(tr("  of OI"), "third", spare=1))
    return tuple(line)


def _fuel(view: DeskView) -> tuple[Run, ...]:
    coin = coin_in_question(view)
    fuel = view.fuel
    if fuel is None or fuel.score is None or fuel.state is State.UNKNOWN:
        return _funding(view, coin) if coin is not None else ()
    return (
        Words(tr("Fuel ")),
        Words(f"{fuel.score:.0f}", "third" if fuel.state is State.STALE else "text", _BOLD),
        Space(8, 1),
        Meter(fuel.score / 100, 44, 1),
        *((Words(tr("  moves thresholds by {n}", n=f"{fuel.shift:.0f}"), "third", spare=3),) if fuel.shift else ()),
    )


def _funding(view: DeskView, coin: CoinView) -> tuple[Run, ...]:
    reading = coin.readings.get("FUND_OIW")
    if reading is None or reading.value is None:
        why = tr("unknown") if reading is None or reading.state is State.UNKNOWN else tr("warming")
        return (Mark(Shape.UNKNOWN, 10, 7), Words(tr("Funding "), "second"), Words(why, "third", dotted=True))
    stale = reading.state is State.STALE
    shape = Shape.STALE if stale else shapes.of_reading(reading)
    line: list[Run] = [
        Mark(shape, 10, 7, says=level_of(shape)),
        Words(tr("Funding ")),
        Words(wording.funding(reading.value), "third" if stale else "text", _BOLD),
        Words(tr(" per 8 h"), "third" if stale else "text"),
        Words(f"  ({tr('APR {rate}', rate=wording.yearly(reading.value))})", "third", spare=2),
    ]
    if stale:
        line.append(Words(f"  {wording.age(view.now_ms - reading.as_of_ms)}", "third"))
    return tuple(line)


def feed_runs(feed: FeedView) -> tuple[Run, ...]:
    """Return one feed: shape, venue, age; a dead one with a dashed frame round its age."""
    name = wording.venue(feed.venue)
    word = wording.feed_words(feed.state)
    age = "" if feed.age_ms is None else wording.age(feed.age_ms)
    mark = Mark(shapes.of_feed(feed.state), 9, 7, says=word or tr("live"))
    match feed.state:
        case "live":
            return (mark, Words(name), Words(f"  {age}", "second", spare=2))
        case "stale":
            return (mark, Words(name, "third"), Words(f"  {age} {word}", "second", theme.MEDIUM))
        case "down":
            silent = f"{word} {age}" if age else tr("never heard")
            return (mark, Words(f"{name} ", "second"), Words(silent, framed=True))
        case _:
            return (mark, Words(f"{name}  {word}", "third"))


def survive_runs(view: DeskView, *, hide_amounts: bool = False) -> tuple[Run, ...]:
    """Answer 'Would I survive?': nearest liquidation, wick test, what is idle, and whether I am ready to leave."""
    line: list[Run] = [*_positions(view.exposure), Divider(), *_idle(view, hide_amounts=hide_amounts), Divider()]
    ready = proved_coins(view)
    coins = ", ".join(in_order(ready)) or tr("no coin")
    line += [Words(tr("Ready: {coins} ", coins=coins)), Mark(Shape.YES if ready else Shape.NO, 10, 6)]
    words = tr("address proved") if ready else tr("address not proved yet")
    line.append(Words(words, "third", spare=1))
    return tuple(line)


def survive_tip(view: DeskView) -> str:
    """Return what hover tells of the person's own side: the advice with its formula, or where positions come from."""
    mine = view.exposure
    if mine is None or not mine.advice:
        return tr("Positions come from your own entry, a read-only key, or a public address.")
    return "\n".join(f"{line.words}\n{line.formula}" for line in mine.advice)


def _positions(mine: ExposureView | None) -> tuple[Run, ...]:
    if mine is None or not (mine.positions or mine.holdings):
        why = (
            tr("unknown: enter them by hand or add a read-only key")
            if mine is None or not mine.reason
            else mine.reason
        )
        return (Mark(Shape.UNKNOWN, 10, 7), Words(tr("Positions "), "second"), Words(why, "third", dotted=True))
    nearest = mine.nearest
    if nearest is None:
        return (Mark(Shape.CALM, 10, 7), Words(tr("No position: nothing can be liquidated")))
    distance = nearest.distance
    away = tr("unknown") if distance.value is None else wording.percent(distance.value, 1)
    verdict = Shape.UNKNOWN if mine.survives is None else Shape.YES if mine.survives else Shape.NO
    tone: theme.Tone = "critical" if mine.survives is False else "text"
    return (
        Mark(shape_of_mine(mine, nearest), 10, 7),
        Words(tr("{coin} liquidation ", coin=nearest.coin)),
        Words(tr("{away} away", away=away), "third" if distance.state is State.STALE else "text", _BOLD),
        Divider(),
        Mark(verdict, 9, 6, tone if mine.survives is False else None),
        Words(wick_words(mine), tone, _BOLD),
    )


def _idle(view: DeskView, *, hide_amounts: bool) -> tuple[Run, ...]:
    known = (
        [held for held in view.exposure.holdings if held.idle_usd is not None] if view.exposure is not None else []
    )
    if known:
        venue = max(known, key=lambda held: held.idle_usd or 0.0).venue
        usd = sum(held.idle_usd or 0.0 for held in known if held.venue == venue)
        words = wording.HIDDEN if hide_amounts else wording.dollars(usd)
        return (
            Words(tr("Idle on {venue} ", venue=wording.venue(venue))),
            Words(f"{wording.FLOOR_MARK} {words}", weight=_BOLD),
        )
    page = view.exchange_page
    if page is not None and page.balances:
        idle = wording.amounts(page.balances, hidden=hide_amounts)
        return (Words(tr("Idle on {venue} ", venue=wording.venue(page.venue))), Words(idle, weight=_BOLD))
    return (Words(tr("Idle on exchanges "), "second"), Words(tr("unknown"), "third", dotted=True))


def proved_coins(view: DeskView) -> frozenset[str]:
    """Return the coins for which the device proved an address and something arrived there, verified."""
    done = (seen.transfer for seen in view.transfers)
    return frozenset(t.coin for t in done if t.destination is not None and t.destination.verified_ms is not None)


def in_order(coins: Collection[str]) -> list[str]:
    """Return coins that have a way home in the order of the ways."""
    return [coin for coin in dict.fromkeys(way.coin for way in ROUTES) if coin in coins]


def _unknown(words: str) -> tuple[Run, ...]:
    return (Mark(Shape.UNKNOWN, 10, 7), Words(words, "third"))
