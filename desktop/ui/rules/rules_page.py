"""The rule editor: a rule is saved only after the person has seen what it would have done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop.alerts.facts import known_fact
from desktop.alerts.noise_budget import scaled
from desktop.alerts.rules import Condition, Rule
from desktop.alerts.trial import Trial
from desktop.engine.alerting.rule_views import RulesView, RuleTrialView
from desktop.engine.commands import KeepRules, TryChannel, TryRule
from desktop.engine.desk_view import CoinView, DeskView
from desktop.engine.door import EngineDoor, RuleTried
from desktop.ui import theme
from desktop.ui.parts import RiskStrip, label, set_tone
from desktop.ui.risk_answers import coin_in_question
from desktop.ui.rules.budget_panel import BudgetPanel
from desktop.ui.rules.draft import kept_text, new_rule, text_without, trial_text
from desktop.ui.rules.firing_list import FiringList
from desktop.ui.rules.rule_form import RuleForm
from desktop.ui.rules.rule_list import RuleList
from desktop.ui.rules.threshold_panel import ThresholdPanel
from desktop.ui.wording import tr

PAUSE_MS = 350
LEFT_PX, RIGHT_PX = 232, 300


class RulesPage(QWidget):
    """Signals: `closed` when the person goes back to the market."""

    closed = Signal()

    def __init__(self, door: EngineDoor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._door = door
        self._rules: RulesView | None = None
        self._view: DeskView | None = None
        self._edited: Rule | None = None
        self._tried: dict[str, tuple[Trial, RuleTrialView]] = {}
        self._asked = ""
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.strip = RiskStrip()
        self.list, self.form = RuleList(), RuleForm()
        self.budget, self.threshold, self.firings = BudgetPanel(), ThresholdPanel(), FiringList()
        # A key pressed is not a trial yet: it waits until the person stops for a moment.
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._try)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.strip)
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 16, 10)
        head.setSpacing(12)
        head.addWidget(label(tr("Alert rules"), px=theme.VALUE, weight=theme.SEMIBOLD))
        head.addWidget(
            label(tr("A rule is saved only after you have seen what it would have done."), tone="second"), 1
        )
        column.addLayout(head)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 12)
        row.setSpacing(theme.GAP)
        self.list.setFixedWidth(LEFT_PX)
        self.firings.setFixedWidth(RIGHT_PX)
        middle = QVBoxLayout()
        middle.setSpacing(theme.GAP)
        middle.addWidget(self.form)
        middle.addWidget(self.budget, 1)
        middle.addWidget(self.threshold)
        row.addWidget(self.list)
        row.addLayout(middle, 1)
        row.addWidget(self.firings)
        column.addLayout(row, 1)

    def _connect(self) -> None:
        self.strip.back_wanted.connect(self.closed)
        escape = QShortcut(QKeySequence("Esc"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.closed)
        self.list.chosen.connect(self.choose)
        self.list.new_wanted.connect(self._new)
        self.form.changed.connect(self._changed)
        self.threshold.chosen.connect(self._scale)
        self.firings.save_wanted.connect(self._save)
        self.firings.drop_wanted.connect(self._drop)
        self.firings.test_wanted.connect(self._test)

    # --- what is shown

    def show_view(self, view: DeskView) -> None:
        """Show the rules of a view, and how the edited one stands now."""
        self._view = view
        self.strip.show_view(view)
        if view.rules is not None and view.rules is not self._rules:
            self._take(view.rules)
        self.form.show_now(view, self._coin())

    def _take(self, rules: RulesView) -> None:
        self._rules = rules
        if rules.trouble:
            self._say(tr("The rules before stay in force: {why}", why=rules.trouble), wrong=True)
        if self._edited is None and rules.rules:
            self.choose(rules.rules[0].id)
        self._list_rules()

    def _list_rules(self) -> None:
        if self._rules is None:
            return
        shown = self._rules.rules
        edited = self._edited
        if edited is not None and edited.id not in {rule.id for rule in shown}:
            shown = (*shown, edited)
        below = {rule.id: self._below(rule) for rule in shown}
        self.list.show_rules(shown, below, "" if edited is None else edited.id)
        own = edited is not None and edited.id in self._rules.own
        self.firings.drop.setVisible(own)

    def _below(self, rule: Rule) -> str:
        parts = []
        tried = self._tried.get(rule.id)
        if tried is not None:
            live_only = bool(tried[0].reason)
            parts.append(tr("judged live only") if live_only else tr("{n} a week", n=f"{tried[0].per_week:.1f}"))
        if self._rules is not None and rule.id in self._rules.own:
            parts.append(tr("yours"))
        if rule.off:
            parts.append(tr("off"))
        return " · ".join(parts) or tr("for each {place}", place=rule.each)

    def _coin(self) -> CoinView | None:
        return None if self._view is None else coin_in_question(self._view)

    # --- editing

    @Slot(str)
    def choose(self, rule_id: str) -> None:
        """Open a rule."""
        rule = next((one for one in self._rules.rules if one.id == rule_id), None) if self._rules else None
        if rule is not None:
            self._open(rule)

    def _new(self) -> None:
        self._open(new_rule([rule.id for rule in self._rules.rules] if self._rules else []))

    def _open(self, rule: Rule) -> None:
        self._edited = rule
        self.form.show_rule(rule)
        self._list_rules()
        self._say("", wrong=False)
        self._show_tried()
        self._try()

    @Slot(object)
    def _changed(self, rule: Rule) -> None:
        self._edited = rule
        self._say(tr("edited, not saved"), wrong=False)
        self.firings.save.setEnabled(False)
        self._pause.start()

    @Slot(float)
    def _scale(self, factor: float) -> None:
        if self._edited is not None:
            self._edited = scaled(self._edited, factor)
            self.form.show_rule(self._edited)
            self._say(tr("edited, not saved"), wrong=False)
            self._try()

    # --- trials

    @Slot()
    def _try(self) -> None:
        self._pause.stop()
        if self._edited is None:
            return
        self._asked = trial_text(self._edited)
        self.firings.save.setEnabled(False)
        if self._edited.id not in self._tried:
            self.budget.show_waiting(tr("trying it on the past …"))
        self._door.submit(TryRule(self._asked))

    @Slot(object)
    def take_trial(self, news: RuleTried) -> None:
        """Show what came of a trial; one that was asked before the last edit is left aside."""
        found = news.trial
        if found.text != self._asked or self._edited is None:
            return
        if found.error:
            self._say(f"{found.error} {found.remedy}", wrong=True)
            self.budget.show_waiting(tr("this rule cannot be read"))
            return
        trial = next((one for one in found.trials if one.rule == self._edited.id), None)
        if trial is None:
            return
        self._tried[self._edited.id] = (trial, found)
        self.firings.save.setEnabled(True)
        self._show_tried()
        self._list_rules()

    def _show_tried(self) -> None:
        tried = None if self._edited is None else self._tried.get(self._edited.id)
        if tried is None or self._edited is None:
            self.firings.show_trial(None, "")
            self.threshold.show_points((), "")
            return
        trial, found = tried
        unit = first_unit(self._edited)
        coin = self._drawn_coin(trial, found)
        line = dict(found.prices).get(coin, ())
        span_ms = (line[0][0], line[-1][0]) if line else (0, 0)
        self.budget.show_trial(trial, line, coin, span_ms)
        self.firings.show_trial(trial, unit)
        self.threshold.show_points(trial.sweep, unit)

    def _drawn_coin(self, trial: Trial, found: RuleTrialView) -> str:
        """Return the coin whose price is drawn: the one in question if it was tried, else the first."""
        coins = [coin for coin, _ in trial.budgets] or [coin for coin, _ in found.prices]
        asked = self._coin()
        return asked.coin if asked is not None and asked.coin in coins else (coins[0] if coins else "")

    # --- keeping

    def _save(self) -> None:
        if self._edited is None or self._rules is None or trial_text(self._edited) != self._asked:
            return
        self._door.submit(KeepRules(kept_text(self._rules.rules, self._rules.own, self._edited)))
        self._say(tr("saved"), wrong=False)

    def _drop(self) -> None:
        if self._edited is None or self._rules is None:
            return
        self._door.submit(KeepRules(text_without(self._rules.rules, self._rules.own, self._edited.id)))
        dropped, self._edited = self._edited.id, None
        self._tried.pop(dropped, None)
        self._say(tr("dropped; the shipped rule stands"), wrong=False)

    def _test(self) -> None:
        names = [] if self._view is None else [way.name for way in self._view.ways_out]
        for name in names:
            self._door.submit(TryChannel(name))
        self._say(
            tr("sent over {names}", names=", ".join(names)) if names else tr("no channel is set up"), wrong=False
        )

    def _say(self, words: str, *, wrong: bool) -> None:
        self.firings.verdict.setText(words or tr("One regime, 30 days. A count, not a promise."))
        set_tone(self.firings.verdict, "critical" if wrong else "second")


def first_unit(rule: Rule) -> str:
    """Return the unit of a rule's first condition, empty where it has none."""
    first = rule.rungs[0].conditions[0]
    return known_fact(first.indicator).unit if isinstance(first, Condition) else ""
