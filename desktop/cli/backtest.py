"""`seawall backtest`: rules over hourly or finer bars, by the same code that judges live."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from desktop.alerts.backtest import BacktestRun, Evaluated, Firing, evaluated_coin, evaluated_market, feedable
from desktop.alerts.backtest_report import Score, scores
from desktop.alerts.rules import Rule
from desktop.cli.backtest_bars import coin_hours, market_hours
from desktop.cli.output import Output
from desktop.domain.errors import BadInput, WrongUsage
from desktop.domain.market import HourBar
from desktop.storage.bars_csv import BarsFile
from desktop.storage.rule_files import rules_from, shipped_rules

_TELL_EVERY = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--history", type=Path, required=True, metavar="CSV", help="bars; .gz is read as well")
    parser.add_argument("--rule", metavar="ID", help="only this rule (default: every rule the file can feed)")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="rules as TOML (default: the shipped ones)")
    parser.add_argument("--timezone", default="UTC", help="whose nights count as nights (default: UTC)")
    parser.add_argument(
        "--report", action="store_true", help="score the rules against events, plain signals and random alarms"
    )


def run(args: argparse.Namespace, out: Output) -> int:
    """Print firings as they come, then one summary a rule. Raise BadInput naming file, line and column."""
    zone = _zone(args.timezone)
    bars = BarsFile(args.history)
    try:
        rules = _chosen(rules_from(args.rules) if args.rules else shipped_rules(), args.rule, bars)
        if args.report and bars.many_coins:
            raise WrongUsage("a report needs the bars of one coin", "Leave out --report, or give another file.")
        if bars.absent:
            out.tell(f"No column {', '.join(bars.absent)}: what rests on it stays unknown.")
        _tested(bars, rules, zone, out, report=args.report)
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
        chosen = tuple(_for_these_bars(rule) for rule in rules if feedable(rule, each))
        if not chosen:
            raise WrongUsage(f"none of the rules is judged for each {each}", "Choose another file or other rules.")
        return chosen
    rule = next((rule for rule in rules if rule.id == rule_id), None)
    if rule is None:
        raise WrongUsage(f"there is no rule {rule_id!r}", f"Known are: {', '.join(rule.id for rule in rules)}.")
    if rule.each in ("coin", "market") and rule.each != each:
        needs = "timestamp,symbol,open,high,low,close" if rule.each == "market" else "one coin with price_open, …"
        words = f"the rule {rule_id!r} needs bars of the form {needs}"
        raise BadInput(words, "Give such a file, or another rule.", where=f"{bars.path} line 1")
    rule = msgspec.structs.replace(_for_these_bars(rule), off=False)
    if not feedable(rule, each):
        words = f"the rule {rule_id!r} rests on facts that no bars hold"
        raise WrongUsage(words, "It is judged live only.")
    return (rule,)


def _for_these_bars(rule: Rule) -> Rule:
    """Return the rule without its filters: the file says which coin it is tried on."""
    return msgspec.structs.replace(rule, coins=(), not_coins=(), venues=())


def _tested(bars: BarsFile, rules: tuple[Rule, ...], zone: tzinfo, out: Output, *, report: bool) -> None:
    run = BacktestRun(rules, zone=zone)
    kept = _Kept() if report else None
    known: dict[str, list[int]] = {rule.id: [] for rule in rules}
    for firing in run.over(_tape(bars, kept), _Progress()):
        _firing(firing, out)
        known[firing.rule].append(firing.known_ms)
    for rule in rules:
        budget = run.budget(rule.id)
        words = f"{rule.id}: {budget.firings} firings in {budget.bars} bars, {budget.at_night} at night"
        out.emit({"kind": "summary", "rule": rule.id, **msgspec.structs.asdict(budget)}, words)
    if kept is not None:
        for rule_id, times in known.items():
            for score in scores(rule_id, times, kept.hours, kept.lows):
                _score(score, out)


class _Kept:
    """What a report needs of the whole tape."""

    def __init__(self) -> None:
        self.hours: list[HourBar] = []
        self.lows: list[tuple[int, float]] = []

    def keeping(self, hours: Iterable[HourBar]) -> Iterator[HourBar]:
        for bar in hours:
            self.hours.append(bar)
            yield bar


def _tape(bars: BarsFile, kept: _Kept | None) -> Iterator[Evaluated]:
    if bars.many_coins:
        return evaluated_market(market_hours(bars))
    return evaluated_coin(coin_hours(bars) if kept is None else kept.keeping(coin_hours(bars, kept.lows)))


class _Progress:
    """A line that counts the bars, on a terminal only. Ctrl-C ends the run."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, done: int) -> bool:
        if self._shown and done % _TELL_EVERY == 0:
            sys.stderr.write(f"\r{done} hours judged")
            sys.stderr.flush()
        return True


def _firing(firing: Firing, out: Output) -> None:
    bar_open, known_at = iso(firing.open_ms), iso(firing.known_ms)
    level = firing.level.name.lower()
    factors = [
        {"name": f.name, "value": f.value, "threshold": f.threshold, "share": f.share}
        for f in firing.judgement.factors
    ]
    out.emit(
        {
            "kind": "firing",
            "rule": firing.rule,
            "level": level,
            "bar_open": bar_open,
            "known_at": known_at,
            "price": firing.price,
            "factors": factors,
        },
        f"{known_at}  {firing.rule} {level}" + ("" if firing.price is None else f" at {firing.price:,.2f}"),
    )


def _score(score: Score, out: Output) -> None:
    def share(value: float | None) -> str:
        return "–" if value is None else f"{value:.2f}"

    words = (
        f"{score.signal} ({score.event}, {score.mode}): precision {share(score.precision)}, "
        f"recall {share(score.recall)}, {share(score.false_alarms_per_month)} false alarms a month"
    )
    out.emit({"kind": "score", **msgspec.structs.asdict(score)}, words)


def iso(at_ms: int) -> str:
    """Return UTC milliseconds as ISO 8601 with Z, in seconds."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
