"""`seawall backtest`: rules over hourly or finer bars, by the same code that judges live."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo
from itertools import groupby, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from desktop.alerts.judgement import Facts, Judgement, judge
from desktop.alerts.noise_budget import noise_budget
from desktop.alerts.rules import Rule
from desktop.cli.output import Output
from desktop.domain.errors import BadInput, WrongUsage
from desktop.domain.market import HourBar
from desktop.risk.breadth import breadth
from desktop.risk.hourly import HourlyIndicators
from desktop.risk.reading import Level, Reading, State, unknown
from desktop.risk.windows import HOUR_MS
from desktop.storage.bars_csv import BarsFile, Row
from desktop.storage.rule_files import rules_from, shipped_rules

_ENOUGH_STEPS = 3


class Tested(msgspec.Struct, frozen=True):
    """One bar with what the rules said when it closed, in the order of the rules. `price` is None for the market."""

    open_ms: int
    price: float | None
    judgements: tuple[Judgement, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--history", type=Path, required=True, metavar="CSV", help="bars; .gz is read as well")
    parser.add_argument("--rule", metavar="ID", help="only this rule (default: every rule the file can feed)")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="rules as TOML (default: the shipped ones)")
    parser.add_argument("--timezone", default="UTC", help="whose nights count as nights (default: UTC)")


def run(args: argparse.Namespace, out: Output) -> int:
    """Print firings as they come, then one summary a rule. Raise BadInput naming file, line and column."""
    zone = _zone(args.timezone)
    bars = BarsFile(args.history)
    try:
        rules = _chosen(rules_from(args.rules) if args.rules else shipped_rules(), args.rule, bars)
        if bars.absent:
            out.tell(f"No column {', '.join(bars.absent)}: what rests on it stays unknown.")
        _report(rules, _tested(bars, rules), zone, out)
    finally:
        bars.close()
    return 0


def _zone(name: str) -> tzinfo:
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(f"there is no time zone {name!r}", "Write a name such as Europe/Berlin.") from None


def _chosen(rules: tuple[Rule, ...], rule_id: str | None, bars: BarsFile) -> tuple[Rule, ...]:
    each = "market" if bars.many_coins else "coin"
    if rule_id is None:
        chosen = tuple(rule for rule in rules if rule.each == each)
        if not chosen:
            raise WrongUsage(f"none of the rules is judged for each {each}", "Choose another file or other rules.")
        return chosen
    rule = next((rule for rule in rules if rule.id == rule_id), None)
    if rule is None:
        raise WrongUsage(f"there is no rule {rule_id!r}", f"Known are: {', '.join(rule.id for rule in rules)}.")
    if rule.each != each:
        needs = "timestamp,symbol,open,high,low,close" if rule.each == "market" else "one coin with price_open, …"
        raise BadInput(f"the rule {rule_id!r} needs bars of the form {needs}", where=f"{bars.path} line 1")
    return (rule,)


def _report(rules: tuple[Rule, ...], tested: Iterator[Tested], zone: tzinfo, out: Output) -> None:
    known: dict[str, list[int]] = {rule.id: [] for rule in rules}
    count = start_ms = end_ms = 0
    for bar in tested:
        count, end_ms = count + 1, bar.open_ms + HOUR_MS
        start_ms = start_ms or bar.open_ms
        for rule, judgement in zip(rules, bar.judgements, strict=True):
            if judgement.level > Level.CALM:
                known[rule.id].append(end_ms)
                _firing(rule, bar, judgement, out)
    for rule in rules:
        budget = noise_budget(known[rule.id], start_ms, end_ms, count, zone)
        words = f"{rule.id}: {budget.firings} firings in {budget.bars} bars, {budget.at_night} at night"
        out.emit({"kind": "summary", "rule": rule.id, **msgspec.structs.asdict(budget)}, words)


def _firing(rule: Rule, bar: Tested, judgement: Judgement, out: Output) -> None:
    bar_open, known_at = iso(bar.open_ms), iso(bar.open_ms + HOUR_MS)
    level = judgement.level.name.lower()
    factors = [
        {"name": f.name, "value": f.value, "threshold": f.threshold, "share": f.share} for f in judgement.factors
    ]
    out.emit(
        {
            "kind": "firing",
            "rule": rule.id,
            "level": level,
            "bar_open": bar_open,
            "known_at": known_at,
            "price": bar.price,
            "factors": factors,
        },
        f"{known_at}  {rule.id} {level}" + ("" if bar.price is None else f" at {bar.price:,.2f}"),
    )


def iso(at_ms: int) -> str:
    """Return UTC milliseconds as ISO 8601 with Z, in seconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tested(bars: BarsFile, rules: tuple[Rule, ...]) -> Iterator[Tested]:
    hours = _hours(bars)
    return _tested_market(hours, rules) if bars.many_coins else _tested_coin(hours, rules)


def _tested_coin(hours: Iterator[list[Row]], rules: tuple[Rule, ...]) -> Iterator[Tested]:
    indicators = HourlyIndicators()
    for rows in hours:
        bar = merged(rows)
        readings = indicators.readings(bar)
        facts = Facts(_reader(readings, "not in these bars"), indicators.histories, factory=False)
        yield Tested(bar.open_ms, bar.close, tuple(judge(rule, facts) for rule in rules))
        indicators.remember(bar, readings)


def _tested_market(hours: Iterator[list[Row]], rules: tuple[Rule, ...]) -> Iterator[Tested]:
    closes: dict[str, float] = {}
    before_ms = 0
    for rows in hours:
        open_ms = rows[0].open_ms // HOUR_MS * HOUR_MS
        bars = {symbol: merged(of_one) for symbol, of_one in _by_symbol(rows).items()}
        # A close of any other hour than the one before says nothing about a fall within the hour.
        previous = closes if open_ms - before_ms == HOUR_MS else {}
        found = breadth({symbol: bar.low for symbol, bar in bars.items()}, previous)
        readings = {
            "BREADTH_F3_1H": _share(found.f3, open_ms + HOUR_MS),
            "BREADTH_F5_1H": _share(found.f5, open_ms + HOUR_MS),
        }
        facts = Facts(_reader(readings, "not in these bars"), {}, factory=False)
        yield Tested(open_ms, None, tuple(judge(rule, facts) for rule in rules))
        closes, before_ms = {symbol: bar.close for symbol, bar in bars.items()}, open_ms


def _reader(readings: dict[str, Reading], why: str) -> Callable[[str], Reading]:
    return lambda name: readings.get(name) or unknown(why)


def _share(value: float | None, at_ms: int) -> Reading:
    return unknown("no bar before", at_ms) if value is None else Reading(value, State.LIVE, at_ms)


def _by_symbol(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.symbol, []).append(row)
    return found


def _hours(bars: BarsFile) -> Iterator[list[Row]]:
    """Yield the rows of each hour that has rows. Rows wider than an hour are refused.

    Of finer rows the last hour is left out if it has not ended: a bar is known only when it closes.
    """
    waiting: list[Row] = []
    step_ms = 24 * HOUR_MS
    for count, (_, group) in enumerate(groupby(bars.rows(), key=lambda row: row.open_ms // HOUR_MS)):
        rows = list(group)
        times = [row.open_ms for row in waiting[-1:] + rows]
        step_ms = min([step_ms, *(later - sooner for sooner, later in pairwise(times) if later > sooner)])
        if count == _ENOUGH_STEPS and step_ms > HOUR_MS:
            words = f"the rows lie {step_ms / HOUR_MS:g} hours apart"
            raise BadInput(words, "Give hourly or finer bars.", where=f"{bars.path} line {rows[0].line}")
        if waiting:
            yield waiting
        waiting = rows
    if waiting and (step_ms >= HOUR_MS or (waiting[-1].open_ms + step_ms) % HOUR_MS == 0):
        yield waiting


def merged(rows: list[Row]) -> HourBar:
    """Return the rows of one hour (in order, one symbol) as one bar."""
    return HourBar(
        open_ms=rows[0].open_ms // HOUR_MS * HOUR_MS,
        open=rows[0].open,
        high=max(row.high for row in rows),
        low=min(row.low for row in rows),
        close=rows[-1].close,
        long_usd=_sum([row.long_usd for row in rows]),
        short_usd=_sum([row.short_usd for row in rows]),
        funding_8h=_last([row.funding_8h for row in rows]),
        oi_usd=_last([row.oi_usd for row in rows]),
    )


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _last(values: list[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)
