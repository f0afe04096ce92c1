"""The rule editor: tried before kept, edits reach the text, the slider trades noise, trouble is said."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Condition, Group, OtherRule, Rule
from desktop.engine.alerting.channel_plan import WayOutView
from desktop.engine.alerting.rule_views import RulesView, RuleTrialView
from desktop.engine.commands import KeepRules, TryChannel, TryRule
from desktop.engine.door import RuleTried
from desktop.risk.reading import Level
from desktop.ui.rules.budget_panel import followed_words, sentence
from desktop.ui.rules.condition_row import part_words, read_number, shown_number
from desktop.ui.rules.draft import kept_text, new_rule, text_without, trial_text, with_part
from desktop.ui.rules.rules_page import RulesPage
from tests.fakes import desk, tried_rules, whole_desk


class Editor:
    """The page over the shipped rules, answered as the engine would."""

    def __init__(self, qtbot: QtBot, **changes: object) -> None:
        self.door = desk.FakeEngineDoor()
        self.page = RulesPage(self.door)
        self.qtbot = qtbot
        qtbot.addWidget(self.page)
        self.page.resize(1440, 860)
        self.page.show()
        self.page.show_view(whole_desk.storm(**{"rules": tried_rules.rules_view(), **changes}))

    @property
    def asked(self) -> list[TryRule]:
        return [command for command in self.door.commands if isinstance(command, TryRule)]

    @property
    def kept(self) -> list[KeepRules]:
        return [command for command in self.door.commands if isinstance(command, KeepRules)]

    def answer(self) -> RuleTrialView:
        """Answer the last trial as the engine does."""
        trial = tried_rules.tried(self.asked[-1].text)
        self.page.take_trial(RuleTried(trial))
        return trial

    def open(self, rule_id: str) -> RuleTrialView:
        """Open a rule and answer its trial."""
        self.page.list.rows[rule_id].click()
        return self.answer()


@pytest.fixture
def editor(qtbot: QtBot) -> Callable[..., Editor]:
    return lambda **changes: Editor(qtbot, **changes)


def test_a_rule_can_be_saved_only_after_its_trial_was_seen(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.page.list.rows["cascade-started"].click()
    assert not desk_of.page.firings.save.isEnabled()
    trial = desk_of.answer()
    assert desk_of.page.firings.save.isEnabled()
    assert desk_of.page.budget.headline.words() == sentence(trial.trials[0])
    desk_of.page.firings.save.click()
    [kept] = desk_of.kept
    [rule] = parse_rules(kept.text)
    assert rule.id == "cascade-started"


def test_an_edit_is_tried_after_a_moment_and_cannot_be_saved_before(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.open("cascade-started")
    before = len(desk_of.asked)
    field = desk_of.page.form.rows[0].bound
    field.selectAll()
    desk_of.qtbot.keyClicks(field, "0.5")
    assert not desk_of.page.firings.save.isEnabled()
    desk_of.qtbot.waitUntil(lambda: len(desk_of.asked) > before)
    [rule] = parse_rules(desk_of.asked[-1].text)
    first = rule.rungs[0].conditions[0]
    assert isinstance(first, Condition)
    assert (first.bound, first.own_share) == (0.005, 0.975)


def test_a_late_answer_to_an_older_text_is_left_aside(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.open("cascade-started")
    old = tried_rules.tried(desk_of.asked[-1].text)
    desk_of.page.list.rows["forced-selling"].click()
    desk_of.page.take_trial(RuleTried(old))
    assert not desk_of.page.firings.save.isEnabled()


def test_the_slider_scales_every_level_and_tries_again(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.open("cascade-started")
    chart = desk_of.page.threshold.chart
    desk_of.qtbot.keyClick(chart, Qt.Key.Key_Right)
    [rule] = parse_rules(desk_of.asked[-1].text)
    bounds = [rung.conditions[0].bound for rung in rule.rungs if isinstance(rung.conditions[0], Condition)]
    assert bounds == pytest.approx([0.0015 * 1.25, 0.012 * 1.25])


def test_a_rule_on_live_facts_says_that_it_is_judged_live_only(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.open("my-liquidation-distance")
    assert "judged live only" in desk_of.page.budget.headline.words()
    assert "judged live only" in desk_of.page.list.rows["my-liquidation-distance"].accessibleName()
    assert desk_of.page.firings.save.isEnabled()


def test_a_rule_that_cannot_be_read_is_not_saved(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.open("cascade-started")
    desk_of.page.list.rows["forced-selling"].click()
    text = desk_of.asked[-1].text
    desk_of.page.take_trial(RuleTried(RuleTrialView(text, error="line 3: no such thing", remedy="Mend it.")))
    assert "line 3: no such thing Mend it." in desk_of.page.firings.verdict.text()
    assert not desk_of.page.firings.save.isEnabled()


def test_rules_that_were_refused_are_told_and_the_old_ones_listed(editor: Callable[..., Editor]) -> None:
    view = msgspec.structs.replace(tried_rules.rules_view(), trouble="rules.toml line 4: bad")
    desk_of = editor(rules=view)
    assert "cascade-started" in desk_of.page.list.rows


def test_a_new_rule_gets_an_id_of_its_own_and_conditions_can_come_and_go(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.page.list.new.click()
    desk_of.answer()
    desk_of.page.form.add.click()
    assert len(desk_of.page.form.rows) == 2
    desk_of.page.form.rows[1].remove.click()
    assert len(desk_of.page.form.rows) == 1
    desk_of.qtbot.waitUntil(lambda: desk_of.page._asked == trial_text(desk_of.page.form.rule or new_rule([])))
    desk_of.answer()
    desk_of.page.firings.save.click()
    assert [rule.id for rule in parse_rules(desk_of.kept[-1].text)] == ["my-rule"]


def test_my_version_of_a_shipped_rule_can_be_dropped(editor: Callable[..., Editor]) -> None:
    desk_of = editor(rules=msgspec.structs.replace(tried_rules.rules_view(), own=("forced-selling",)))
    desk_of.open("cascade-started")
    assert desk_of.page.firings.drop.isHidden()
    desk_of.open("forced-selling")
    desk_of.page.firings.drop.click()
    assert desk_of.kept == [KeepRules("")]


def test_a_test_alert_goes_to_every_channel_or_says_there_is_none(editor: Callable[..., Editor]) -> None:
    desk_of = editor(ways_out=(WayOutView("ntfy", "unused"),))
    desk_of.page.firings.test.click()
    assert TryChannel("ntfy") in desk_of.door.commands
    other = editor()
    other.page.firings.test.click()
    assert other.page.firings.verdict.text() == "no channel is set up"


def test_how_conditions_stand_now_is_counted(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    desk_of.open("cascade-started")
    desk_of.page.show_view(whole_desk.storm(rules=tried_rules.rules_view()))
    assert desk_of.page.form.standing.words() == "now 3 of 3 hold · BTC"


def test_firings_tell_value_and_next_hour(editor: Callable[..., Editor]) -> None:
    desk_of = editor()
    trial = desk_of.open("cascade-started")
    assert desk_of.page.firings.title.text() == f"The {len(trial.trials[0].firings)} firings"
    assert "next hour" in desk_of.page.firings.rows[0].accessibleName()
    assert followed_words(trial.trials[0]).startswith("0 followed")


@pytest.mark.parametrize(
    ("text", "unit", "value"), [("0.5", "fraction of OI", 0.005), ("−3", "fraction", -0.03), ("12", "USD", 12.0)]
)
def test_bounds_are_written_as_people_write_them(text: str, unit: str, value: float) -> None:
    assert read_number(text, unit) == value
    assert read_number(shown_number(value, unit), unit) == value


@pytest.mark.parametrize("text", ["", "a", "nan", "inf"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text, "USD") is None


def test_parts_that_are_more_than_a_comparison_stand_in_words_and_are_kept() -> None:
    group = Group(False, (Condition("LIQ_IMB_1H", "above", 0.7), OtherRule("breadth", Level.WARNING)))
    assert part_words(group) == "Imbalance 1 h is above +0.70 or rule breadth holds at warning"
    rule: Rule = with_part(new_rule([]), 0, 1, group)
    assert rule.rungs[0].conditions[1] is group


def test_kept_texts_hold_own_rules_only() -> None:
    rules = RulesView((new_rule([]), new_rule(["my-rule"])), own=("my-rule", "my-rule-2"))
    edited = msgspec.structs.replace(rules.rules[0], name="Other")
    back = parse_rules(kept_text(rules.rules, rules.own, edited))
    assert {rule.id: rule.name for rule in back} == {"my-rule-2": "My rule 2", "my-rule": "Other"}
    assert [rule.id for rule in parse_rules(text_without(rules.rules, rules.own, "my-rule"))] == ["my-rule-2"]
