"""Writes docs/indicators.md from the catalogue: `python -m tests.indicator_table`."""

from __future__ import annotations

from pathlib import Path

from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.risk.indicators.indicator import Indicator, Levels

DOCUMENT = Path(__file__).parent.parent / "docs" / "indicators.md"
_HEAD = """# Indicators

Made from `desktop/risk/indicators/catalogue.py` by `python -m tests.indicator_table`; do not edit by hand.

A value is live, stale (older than twice its period), warming, or unknown with its reason; what is not live casts no
vote. Unknown is never zero, and a sum of forced orders is at least what it says, since most venues tell a
sample. Percentiles are the coin's own; until enough of its past is known a factory baseline stands in, and says so.
 Levels: notable / warning / critical.

The composite of a coin is 100 (0.6 max + 0.4 second) over five families (flow, volatility, deleveraging, liquidity,
level), each the highest standing of its live members on a scale of rarity (the 95th percentile counts 82, the 99th
92, the 99.9th 100); half a vote pulls its family only halfway up. Fuel moves its thresholds by at most five points
and never alarms alone.
"""
_FAMILIES = {
    "flow": "Forced selling",
    "delev": "Deleveraging",
    "vol": "Volatility",
    "liquidity": "Liquidity",
    "level": "Level",
    "fuel": "Fuel",
    "hard": "Hard rules",
    "modifier": "Modifier",
    "context": "Context",
    "display": "Shown only",
}
_VOTES = {"full": "1", "half": "½", "confirm": "confirms", "none": "–", "hard": "hard rule"}


def document() -> str:
    """Return the whole document."""
    parts = [_HEAD]
    for family, title in _FAMILIES.items():
        own = [indicator for indicator in CATALOGUE.values() if indicator.family == family]
        parts.append(f"\n## {title}\n\n{_HEADER}" + "".join(_line(indicator) for indicator in own))
        parts += ["\n", *_notes(own)]
    return "".join(parts)


_HEADER = """| id | shows | unit | period | compared with | warm-up | levels | vote |
|---|---|---|---|---|---|---|---|
"""


def _line(indicator: Indicator) -> str:
    cells = (
        f"`{indicator.id}`",
        indicator.name,
        indicator.unit,
        _period(indicator.period_ms),
        indicator.normalise,
        indicator.warm_up,
        _levels(indicator),
        _VOTES.get(indicator.vote, indicator.vote),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _notes(own: list[Indicator]) -> list[str]:
    return [f"- **{i.id}**: {i.words} *{i.evidence}*\n" for i in own]


def _period(period_ms: int) -> str:
    seconds = period_ms // 1000
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _levels(indicator: Indicator) -> str:
    levels = indicator.levels
    if levels is None:
        return "–"
    bounds = " / ".join(_bound(levels, bound) for bound in levels.bounds)
    beside = f", beside {indicator.beside}" if indicator.beside else ""
    own = " and rare for itself" if levels.own_percentiles else ""
    return f"{_KINDS[levels.kind]} {bounds}{own}{beside}"


_KINDS = {
    "at_least": "≥",
    "at_most": "≤",
    "either_side": "± ≥",
    "percentile": "own pct",
    "low_percentile": "own pct ≤",
    "times_usual": "times usual ≥",
}


def _bound(levels: Levels, bound: float | None) -> str:
    if bound is None:
        return "–"
    return f"{bound * 100:g} %" if levels.by_percentile else f"{bound:,.15g}"


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
    print(f"wrote {DOCUMENT}")
