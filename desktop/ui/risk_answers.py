"""The answers to the three questions of the header: pure lines from a view."""

from __future__ import annotations

from desktop.alerts.incidents import Incident
from desktop.engine.desk_view import CoinView, DeskView, FeedView
from desktop.risk.catalogue import CATALOGUE
from desktop.risk.reading import Reading, State
from desktop.ui import shapes, theme, wording
from desktop.ui.runs import Divider, Mark, Meter, Run, Space, Words
from desktop.ui.shapes import Shape
from desktop.ui.tile_facts import level_of
from desktop.ui.wording import tr

_BOLD = theme.SEMIBOLD


def worst_open(view: DeskView) -> Incident | None:
    """Return the open incident with the highest level; of equals the coin that stands first in the watch list."""
    places = {coin.coin: place for place, coin in enumerate(view.coins)}
    going_on = [incident for incident in view.incidents if incident.closed_ms is None]
    return min(going_on, key=lambda i: (-i.level, places.get(i.coin, len(places)), -i.opened_ms), default=None)


def coin_in_question(view: DeskView) -> CoinView | None:
    """Return the coin of the worst open incident, otherwise the first of the watch list."""
    worst = worst_open(view)
    wanted = "" if worst is None else worst.coin
    return next((coin for coin in view.coins if coin.coin == wanted), view.coins[0] if view.coins else None)


def started_runs(view: DeskView) -> tuple[Run, ...]:
    """Answer 'Has it started?': forced selling, its one-sidedness, and the low."""
    coin = coin_in_question(view)
    if coin is None:
        return _unknown(tr("no coin is watched"))
    parts = (
        _answer(coin, "LIQ_INT_1H", tr("{coin} long liquidations", coin=coin.coin), tr("in 1 h")),
        _answer(coin, "LIQ_IMB_1H", tr("imbalance"), ""),
        _answer(coin, "LEVEL_24H", "", tr("above 24 h low")),
    )
    line: list[Run] = []
    for place, part in enumerate(parts):
        line += [*([Divider()] if place else []), *part]
    return tuple(line)


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
    coin = coin_in_question(view)
    line: list[Run] = list(_funding(view, coin)) if coin is not None else []
    for place, feed in enumerate(view.feeds):
        line += [Divider() if place == 0 else Space(16), *feed_runs(feed)]
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
            return (mark, Words(name), Words(f"  {age}", "second"))
        case "stale":
            return (mark, Words(name, "third"), Words(f"  {age} {word}", "second", theme.MEDIUM))
        case "down":
            silent = f"{word} {age}" if age else tr("never heard")
            return (mark, Words(f"{name} ", "second"), Words(silent, framed=True))
        case _:
            return (mark, Words(f"{name}  {word}", "third"))


def survive_runs(view: DeskView, *, hide_amounts: bool = False) -> tuple[Run, ...]:
    """Answer 'Would I survive?' with what is known: no positions without a key; idle coins and proved addresses."""
    line: list[Run] = [
        Mark(Shape.UNKNOWN, 10, 7),
        Words(tr("Positions "), "second"),
        Words(tr("unknown: no read-only key"), "third", dotted=True),
        Divider(),
    ]
    page = view.exchange_page
    if page is not None and page.balances:
        idle = wording.amounts(page.balances, hidden=hide_amounts)
        line += [Words(tr("Idle on {venue} ", venue=wording.venue(page.venue))), Words(idle, weight=_BOLD)]
    else:
        line += [Words(tr("Idle on exchanges "), "second"), Words(tr("unknown"), "third", dotted=True)]
    ready = proved_coins(view)
    line += [Divider(), Words(tr("Ready: BTC ")), Mark(Shape.YES if "BTC" in ready else Shape.NO, 10, 6)]
    words = tr("address proved") if "BTC" in ready else tr("address not proved yet")
    line.append(Words(words, "third", spare=1))
    return tuple(line)


def proved_coins(view: DeskView) -> frozenset[str]:
    """Return the coins for which the device proved an address and something arrived there, verified."""
    done = (seen.transfer for seen in view.transfers)
    return frozenset(t.coin for t in done if t.destination is not None and t.destination.verified_ms is not None)


def _unknown(words: str) -> tuple[Run, ...]:
    return (Mark(Shape.UNKNOWN, 10, 7), Words(words, "third"))
