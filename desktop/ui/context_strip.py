"""The strip at the foot: what surrounds the market, each with its date, and the clock."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.engine.desk_view import ContextView, DeskView
from desktop.risk.reading import Level, State
from desktop.ui import runs, shapes, theme, wording
from desktop.ui.parts import RunLine, set_tip
from desktop.ui.runs import Divider, Mark, Run, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

STRIP_PX = 28
# What has room in the strip, in its order; the rest is told on hover.
_SHOWN = (
    "PEG_USDT", "PEG_USDC", "PEG_USDE", "ETF_FLOW_BTC", "GOLD", "SILVER", "EQUITIES", "SEASON", "VIX", "FEAR_GREED",
    "BTC_FEE", "ETH_FEE",
)  # fmt: skip
_SHORT = {
    "PEG_USDT": "USDT",
    "PEG_USDC": "USDC",
    "PEG_USDE": "USDe",
    "PEG_DAI": "DAI",
    "ETF_FLOW_ETH": "ETH ETF 1 d",
    "SUPPLY_USDT": "USDT supply",
    "SUPPLY_USDC": "USDC supply",
    "OVX": "OVX",
    "BTC_MEMPOOL": "BTC mempool",
    "BTC_RESERVE": "BTC on exchanges",
    "ETF_FLOW_BTC": "ETF 1 d",
    "GOLD": "Gold",
    "SILVER": "Silver",
    "EQUITIES": "Equities",
    "VIX": "VIX",
    "GVZ": "GVZ",
    "FEAR_GREED": "Fear & Greed",
    "BTC_FEE": "BTC fee",
    "ETH_FEE": "ETH fee",
    "SEASON": "Hour of week: books",
}


class ContextStrip(QWidget):
    """Context on the left, UTC clock and keys on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(STRIP_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 16, 0)
        self.left, self.right = RunLine(STRIP_PX - 1), RunLine(STRIP_PX - 1)
        row.addWidget(self.left, 1)
        row.addWidget(self.right)

    def show_view(self, view: DeskView, *, paused: bool = False) -> None:
        """Show context, snooze and time of a view."""
        self.left.set_runs(*_left(view))
        set_tip(self.left, "\n".join(view.notes) or context_tip(view))
        clock: list[Run] = [Words(wording.full_clock(view.now_ms), "second", px=theme.CAPTION), Divider()]
        if paused:
            clock += [Words(tr("chart paused, alerts go on"), weight=theme.SEMIBOLD, px=theme.CAPTION), Divider()]
        clock += [_key("Ctrl K"), Words(tr("  find   "), "second", px=theme.CAPTION)]
        clock += [_key("?"), Words(tr("  keys"), "second", px=theme.CAPTION)]
        self.right.set_runs(*clock, right=True)
        self.right.hold(int(runs.width_of(clock)) + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ground and upper line."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.panel)
        painter.fillRect(0, 0, self.width(), 1, colours.divider)


def _key(words: str) -> Words:
    return Words(f"[{words}]", "second", px=theme.CAPTION)


def _left(view: DeskView) -> tuple[Run, ...]:
    line: list[Run] = []
    if view.notes:
        return (Mark(Shape.NO, 9, 7), Words(view.notes[-1], "text", px=theme.CAPTION))
    if view.snoozed_until_ms is not None:
        words = tr("Snoozed until {t}, critical still rings", t=wording.clock(view.snoozed_until_ms))
        line += [Mark(Shape.SNOOZED, 11, 7), Words(words, px=theme.CAPTION), Divider()]
    shown = sorted((fact for fact in view.context if fact.name in _SHOWN), key=lambda fact: _SHOWN.index(fact.name))
    known = [fact for fact in shown if fact.value is not None]
    for place, fact in enumerate(known):
        line += [*([Divider(place)] if place else []), *_fact(view, fact, spare=place)]
    silent = [fact for fact in shown if fact.value is None]
    if silent or not view.context:
        names = ", ".join(short_name(fact.name) for fact in silent[:3]) or tr("Peg, ETF flow, Fear & Greed")
        line += [*([Divider(20)] if known else []), Words(f"{names} ", "second", px=theme.CAPTION, spare=20)]
        line.append(Words(tr("unknown: no source"), "third", px=theme.CAPTION, spare=20, dotted=True))
    return tuple(line)


def short_name(name: str) -> str:
    """Return a fact's name as it stands in the strip."""
    return tr(_SHORT.get(name, name.replace("_", " ").title()))


def _fact(view: DeskView, fact: ContextView, *, spare: int) -> tuple[Run, ...]:
    worn = fact.state is not State.LIVE
    tone: theme.Tone = "third" if worn else "text"
    mark: list[Run] = []
    if fact.level > Level.CALM and not worn:
        mark.append(Mark(shapes.of_level(fact.level), 9, 5, spare=spare, says=wording.level_word(fact.level)))
    line: list[Run] = [Words(f"{short_name(fact.name)} ", "second", px=theme.CAPTION, spare=spare), *mark]
    line.append(Words(context_value(fact), tone, theme.SEMIBOLD, theme.CAPTION, spare=spare))
    day = wording.day(fact.as_of_ms) if fact.dated and view.now_ms - fact.as_of_ms > 12 * 3_600_000 else ""
    late = wording.age(view.now_ms - fact.as_of_ms) if worn and not day else ""
    if day or late:
        line.append(Words(f" {day or late}", "third", px=theme.CAPTION, spare=spare))
    return tuple(line)


def context_value(fact: ContextView) -> str:
    """Return a fact's value as people read it: a peg in basis points, a flow in dollars, a price by its change."""
    value = fact.value or 0.0
    if fact.name.startswith("PEG_"):
        return wording.basis_points(value - 1)
    if fact.unit == "USD" and fact.change is not None:
        return wording.percent(fact.change, 1, plus=True)
    match fact.unit:
        case "USD":
            return wording.dollars(value)
        case "x":
            return f"{value:.2f} ×"
        case "index" | "0-100":
            return f"{value:.1f}" if fact.unit == "index" else f"{value:.0f}"
        case _:
            return f"{value:,.0f} {fact.unit}"


def context_tip(view: DeskView) -> str:
    """Return every fact with its source, its date and what is wrong with it."""
    lines = []
    for fact in view.context:
        if fact.value is None:
            lines.append(tr("{name}: unknown, {why}", name=short_name(fact.name), why=fact.reason or tr("no source")))
            continue
        age = wording.age(view.now_ms - fact.as_of_ms)
        lines.append(f"{short_name(fact.name)}: {context_value(fact)} · {fact.source} · {age}. {fact.reason}".strip())
    return "\n".join(lines)
