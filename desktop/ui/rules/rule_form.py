"""The rule in the middle of the editor: name, conditions of one level, hold, quiet, level, night."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from desktop.alerts.rules import MINUTE_MS, Condition, DayHours, Part, Rule
from desktop.engine.desk_view import CoinView, DeskView
from desktop.risk.reading import Level
from desktop.ui import theme
from desktop.ui.parts import Card, RunLine, button, label
from desktop.ui.rules.condition_row import ConditionRow, read_number
from desktop.ui.rules.draft import usable_indicators, with_part, with_rung
from desktop.ui.runs import Mark, Words
from desktop.ui.shapes import Shape
from desktop.ui.wording import level_word, tr

NIGHT = DayHours(23 * 60, 7 * 60)
_HOUR_MS = 60 * MINUTE_MS


class RuleForm(Card):
    """Signals: `changed` with the edited rule."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Rule"), parent)
        self.rule: Rule | None = None
        self._rung = 0
        self._filling = False
        self.rows: list[ConditionRow] = []
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Name of the rule"))
        self.on = QCheckBox(tr("on"))
        self.rung_choice = QComboBox()
        self.rung_choice.setAccessibleName(tr("Which level is edited"))
        self.standing = RunLine(20)
        self._conditions = QVBoxLayout()
        self._conditions.setContentsMargins(0, 4, 0, 4)
        self._conditions.setSpacing(0)
        self.body.addLayout(self._top())
        self.body.addLayout(self._conditions)
        self.body.addLayout(self._foot())
        self._connect()

    def _top(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 8, 12, 0)
        row.setSpacing(12)
        self.name.setMaximumWidth(280)
        row.addWidget(self.name)
        row.addWidget(self.rung_choice)
        row.addWidget(self.on)
        row.addWidget(self.standing, 1)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 10)
        row.setSpacing(8)
        self.hold, self.quiet_after = QLineEdit(), QLineEdit()
        self.level, self.night = QComboBox(), QComboBox()
        for level in (Level.NOTABLE, Level.WARNING, Level.CRITICAL):
            self.level.addItem(level_word(level), int(level))
        self.night.addItems([tr("rings"), tr("only critical")])
        self.add = button(tr("Add condition"))
        for words, field, unit in (
            (tr("Holds for"), self.hold, tr("min")),
            (tr("same level again after"), self.quiet_after, tr("h")),
            (tr("level"), self.level, ""),
            (tr("at night"), self.night, ""),
        ):
            row.addWidget(label(words, tone="second"))
            field.setAccessibleName(words)
            if isinstance(field, QLineEdit):
                field.setFixedWidth(48)
            row.addWidget(field)
            if unit:
                row.addWidget(label(unit, tone="second"))
        row.addStretch(1)
        row.addWidget(self.add)
        return row

    def _connect(self) -> None:
        self.name.textEdited.connect(self._options_edited)
        self.on.toggled.connect(self._options_edited)
        self.hold.textEdited.connect(self._options_edited)
        self.quiet_after.textEdited.connect(self._options_edited)
        self.level.currentIndexChanged.connect(self._options_edited)
        self.night.currentIndexChanged.connect(self._options_edited)
        self.rung_choice.currentIndexChanged.connect(self._rung_chosen)
        self.add.clicked.connect(self._add)

    # --- filling

    def show_rule(self, rule: Rule) -> None:
        """Show a rule; its lowest level first."""
        self._rung = 0 if self.rule is None or self.rule.id != rule.id else min(self._rung, len(rule.rungs) - 1)
        self._fill(rule)

    def _fill(self, rule: Rule) -> None:
        self._filling = True
        self.rule = rule
        rung = rule.rungs[self._rung]
        self.title.setText(rule.name)
        if self.name.text() != rule.name:
            self.name.setText(rule.name)
        self.on.setChecked(not rule.off)
        self.rung_choice.clear()
        self.rung_choice.addItems([level_word(one.level) for one in rule.rungs])
        self.rung_choice.setCurrentIndex(self._rung)
        self.rung_choice.setVisible(len(rule.rungs) > 1)
        _set_number(self.hold, rung.hold_ms / MINUTE_MS)
        _set_number(self.quiet_after, rule.cool_down_ms / _HOUR_MS)
        self.level.setCurrentIndex(self.level.findData(int(rung.level)))
        self.night.setCurrentIndex(1 if rule.quiet is not None else 0)
        self._fill_rows(rule)
        self._filling = False

    def _fill_rows(self, rule: Rule) -> None:
        rung = rule.rungs[self._rung]
        usable = usable_indicators(rule)
        while len(self.rows) > len(rung.conditions):
            self._conditions.removeWidget(row := self.rows.pop())
            row.deleteLater()
        while len(self.rows) < len(rung.conditions):
            row = ConditionRow(usable)
            place = len(self.rows)
            row.changed.connect(lambda part, at=place: self._part_edited(at, part))
            row.removed.connect(lambda at=place: self._remove(at))
            self.rows.append(row)
            self._conditions.addWidget(row)
        joint = tr("and") if rung.needs_all else tr("or")
        for place, (row, part) in enumerate(zip(self.rows, rung.conditions, strict=True)):
            row.show_part(part, tr("When") if place == 0 else joint)
            row.remove.setEnabled(len(rung.conditions) > 1)

    def show_now(self, view: DeskView, coin: CoinView | None) -> None:
        """Show how each condition stands now, and how many hold."""
        if self.rule is None:
            return
        readings = {**view.market, **(coin.readings if coin is not None else {})}
        held = 0
        for row, part in zip(self.rows, self.rule.rungs[self._rung].conditions, strict=True):
            name = part.indicator if isinstance(part, Condition) else ""
            row.show_now(readings.get(name))
            held += any(isinstance(run, Mark) and run.shape is Shape.YES for run in row.now.runs)
        words = tr("now {n} of {all} hold", n=held, all=len(self.rows))
        where = f" · {coin.coin}" if coin is not None and self.rule.each == "coin" else ""
        self.standing.set_runs(Words(words + where, "second", px=theme.CAPTION), right=True)

    # --- editing

    def _changed(self, rule: Rule) -> None:
        self.rule = rule
        self.title.setText(rule.name)
        self.changed.emit(rule)

    def _part_edited(self, place: int, part: Part) -> None:
        if self.rule is not None:
            self._changed(with_part(self.rule, self._rung, place, part))

    def _remove(self, place: int) -> None:
        if self.rule is not None:
            self._fill(with_part(self.rule, self._rung, place, None))
            self._changed(self.rule)

    def _add(self) -> None:
        if self.rule is not None:
            name = "LIQ_IMB_1H" if self.rule.each == "coin" else usable_indicators(self.rule)[0]
            part = Condition(name, "at_least", 0.6)
            self._fill(with_part(self.rule, self._rung, len(self.rows), part))
            self._changed(self.rule)

    def _rung_chosen(self, place: int) -> None:
        if not self._filling and self.rule is not None and place >= 0:
            self._rung = place
            self._fill(self.rule)

    def _options_edited(self) -> None:
        if self._filling or self.rule is None:
            return
        hold, again = read_number(self.hold.text(), ""), read_number(self.quiet_after.text(), "")
        rung = self.rule.rungs[self._rung]
        rung = msgspec.structs.replace(
            rung,
            level=Level(int(self.level.currentData())),
            hold_ms=rung.hold_ms if hold is None or hold < 0 else round(hold * MINUTE_MS),
        )
        quiet = (self.rule.quiet or NIGHT) if self.night.currentIndex() == 1 else None
        rule = msgspec.structs.replace(
            with_rung(self.rule, self._rung, rung),
            name=self.name.text().strip() or self.rule.name,
            off=not self.on.isChecked(),
            cool_down_ms=self.rule.cool_down_ms if again is None or again < 0 else round(again * _HOUR_MS),
            quiet=quiet,
        )
        self._rung = next((at for at, one in enumerate(rule.rungs) if one is rung or one == rung), self._rung)
        self._changed(rule)


def _set_number(field: QLineEdit, value: float) -> None:
    if read_number(field.text(), "") != value:
        field.setText(f"{value:g}")
