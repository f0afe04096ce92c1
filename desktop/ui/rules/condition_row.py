"""One condition as a line of fields: indicator, comparison, number, own percentile; and how it stands now."""

from __future__ import annotations

import math

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from desktop.alerts.facts import known_fact
from desktop.alerts.rules import COMPARISONS, Condition, Group, OtherRule, Part
from desktop.risk.reading import Reading
from desktop.ui import theme, wording
from desktop.ui.parts import RunLine, button, label
from desktop.ui.runs import Mark, Run, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import tr

_WORDS = {"at_least": "is at least", "above": "is above", "at_most": "is at most", "below": "is below"}
_PERCENT_UNITS = (
    "fraction",
    "share",
    "fraction of OI",
    "fraction per 8h",
    "fraction (contracts)",
    "annualised",
    "APR",
)


def shown_number(value: float, unit: str) -> str:
    """Return a bound as people write it: fractions in percent."""
    scaled = value * 100 if unit in _PERCENT_UNITS else value
    return f"{scaled:.10g}"


def read_number(text: str, unit: str) -> float | None:
    """Return the bound that was written, None where it is no number."""
    try:
        value = float(text.replace(",", "").replace("−", "-").strip())
    except ValueError:
        return None
    if not math.isfinite(value):
        return None
    # Percent of a written number is exact in its digits, not in binary: 0.5 % is 0.005 again.
    return float(f"{value / 100:.12g}") if unit in _PERCENT_UNITS else value


def unit_word(unit: str) -> str:
    """Return the unit that stands behind the number field."""
    return {"fraction of OI": tr("% of OI"), "bps": "bp", "USD": "$", "count": "", "ratio": ""}.get(
        unit, "%" if unit in _PERCENT_UNITS else unit
    )


class ConditionRow(QWidget):
    """Signals: `changed` with the new part; `removed` when the person takes the condition away."""

    changed = Signal(object)
    removed = Signal()

    def __init__(self, usable: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._part: Part | None = None
        self._filling = False
        self.lead = label(px=theme.BODY, tone="second")
        self.lead.setFixedWidth(40)
        self.indicator = QComboBox()
        for name in usable:
            self.indicator.addItem(tr(known_fact(name).name), name)
        self.comparison = QComboBox()
        for name in COMPARISONS:
            self.comparison.addItem(tr(_WORDS[name]), name)
        self.bound, self.own = QLineEdit(), QLineEdit()
        self.unit = label(tone="second")
        self.own_words = label(tone="second")
        self.own_unit = label(tr("pct"), tone="second")
        self.whole = label(tone="second")
        self.now = RunLine(20)
        self.remove = button("✕", "quiet", says=tr("Remove this condition"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 8, 3)
        row.setSpacing(8)
        self.indicator.setFixedWidth(208)
        self.comparison.setFixedWidth(96)
        self.bound.setFixedWidth(76)
        self.own.setFixedWidth(56)
        self.own.setPlaceholderText(tr("any"))
        self.bound.setAccessibleName(tr("Number to compare with"))
        self.own.setAccessibleName(tr("Own percentile"))
        self.indicator.setAccessibleName(tr("Indicator"))
        self.comparison.setAccessibleName(tr("Comparison"))
        for part in (self.lead, self.indicator, self.comparison, self.bound, self.unit, self.own_words, self.own):
            row.addWidget(part)
        row.addWidget(self.own_unit)
        row.addWidget(self.whole, 1)
        row.addWidget(self.now, 1)
        row.addWidget(self.remove)

    def _connect(self) -> None:
        self.indicator.currentIndexChanged.connect(self._edited)
        self.comparison.currentIndexChanged.connect(self._edited)
        self.bound.textEdited.connect(self._edited)
        self.own.textEdited.connect(self._edited)
        self.remove.clicked.connect(self.removed)

    def show_part(self, part: Part, lead: str) -> None:
        """Show a part of a rung; one that is more than a comparison stands in words and is kept as it is."""
        self._filling = True
        self._part = part
        self.lead.setText(lead)
        plain = isinstance(part, Condition) and part.comparison != "reaches"
        for field in (self.indicator, self.comparison, self.bound, self.unit):
            field.setVisible(plain)
        self.whole.setVisible(not plain)
        for field in (self.own_words, self.own, self.own_unit):
            field.setVisible(plain and isinstance(part, Condition) and not part.change_ms)
        if isinstance(part, Condition) and plain:
            self._fill(part)
        else:
            self.whole.setText(part_words(part))
        self._filling = False

    def _fill(self, part: Condition) -> None:
        unit = known_fact(part.indicator).unit
        self.indicator.setCurrentIndex(max(0, self.indicator.findData(part.indicator)))
        self.comparison.setCurrentIndex(self.comparison.findData(part.comparison))
        if read_number(self.bound.text(), unit) != part.bound:
            self.bound.setText(shown_number(part.bound, unit))
        self.unit.setText(unit_word(unit))
        self.own_words.setText(tr("own past above") if part.upward else tr("own past under"))
        own = "" if part.own_share is None else f"{part.own_share * 100:.6g}"
        if self.own.text() != own and not self.own.hasFocus():
            self.own.setText(own)

    def _edited(self) -> None:
        part = self._part
        if self._filling or not isinstance(part, Condition):
            return
        name = str(self.indicator.currentData())
        unit = known_fact(name).unit
        bound = read_number(self.bound.text(), unit)
        own = read_number(self.own.text(), "") if self.own.text().strip() else None
        if bound is None or (own is not None and not 0 <= own <= 100):
            self.now.set_runs(Mark(Shape.NO, 9, 5, "critical"), Words(tr("not a number"), "critical"), right=True)
            return
        other = name != part.indicator
        changed = msgspec.structs.replace(
            part,
            indicator=name,
            comparison=str(self.comparison.currentData()),
            bound=bound,
            own_share=None if own is None else round(own / 100, 8),
            until_known=None if other else part.until_known,
            clear=None if other else part.clear,
        )
        self.unit.setText(unit_word(unit))
        self.own_words.setText(tr("own past above") if changed.upward else tr("own past under"))
        self._part = changed
        self.changed.emit(changed)

    def show_now(self, reading: Reading | None) -> None:
        """Show how the condition stands now."""
        if isinstance(self._part, Condition):
            self.now.set_runs(*now_runs(self._part, reading), right=True)


def now_runs(part: Condition, reading: Reading | None) -> tuple[Run, ...]:
    """Return the value now and whether it is on the condition's side; own percentile is judged by the engine."""
    unit = known_fact(part.indicator).unit
    if reading is None or reading.value is None:
        why = tr("unknown") if reading is None else wording.short_reading(reading, unit)
        return (Mark(Shape.UNKNOWN, 9, 5), Words(tr("now {why}", why=why), "third", px=theme.CAPTION))
    held = _holds(part, reading)
    value = wording.short_reading(reading, unit)
    shape = Shape.YES if held else Shape.NO
    return (Mark(shape, 9, 5), Words(tr("now {value}", value=value), "second", px=theme.CAPTION))


def _holds(part: Condition, reading: Reading) -> bool:
    value = reading.value or 0.0
    match part.comparison:
        case "at_least":
            return value >= part.bound
        case "above":
            return value > part.bound
        case "at_most":
            return value <= part.bound
        case "below":
            return value < part.bound
        case _:
            return reading.level >= part.bound


def part_words(part: Part) -> str:
    """Return a part in words: another rule, a group, an own level."""
    match part:
        case OtherRule():
            return tr("rule {rule} holds at {level}", rule=part.rule, level=part.level.name.lower())
        case Group():
            joint = f" {tr('and') if part.needs_all else tr('or')} "
            return joint.join(part_words(one) for one in part.parts)
        case _:
            name = tr(known_fact(part.indicator).name)
            if part.comparison == "reaches":
                return tr("{name} reaches its level {n}", name=name, n=round(part.bound))
            bound = wording.figure(part.bound, known_fact(part.indicator).unit)
            return f"{name} {tr(_WORDS[part.comparison])} {bound}"
