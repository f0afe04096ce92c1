"""Incidents: grouped, updated in place, ringing when they should, repeated until acknowledged, restored."""

from __future__ import annotations

import msgspec
import pytest

from desktop.alerts.incident_book import IncidentBook
from desktop.alerts.incidents import CHANNEL_FAILED, Incident, IncidentChange, Member
from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Rule
from desktop.alerts.standing import Standing
from desktop.risk.reading import Level
from tests.unit.alerts.test_standing import facts

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_T0 = 1_769_904_000_000  # 1 February 2026, 00:00 UTC


def _text(rule_id: str, head: str = "") -> str:
    rungs = "".join(
        f'[[rule.level]]\nlevel = "{level}"\nall = [{{ indicator = "FUND_OIW", at_least = {bound} }}]\n'
        for bound, level in enumerate(("notable", "warning", "critical"), start=1)
    )
    return f'[[rule]]\nid = "{rule_id}"\neach = "coin"\nquiet_minutes = 0\n{head}{rungs}'


class _Desk:
    """A book with rules, driven by hand: `say(rule, coin, value)` judges once."""

    def __init__(self, *texts: str) -> None:
        self.rules: dict[str, Rule] = {rule.id: rule for rule in parse_rules("".join(texts))}
        self.book = IncidentBook(self.rules.values())
        self.standings: dict[tuple[str, str], Standing] = {}
        self.now_ms = _T0

    def say(self, rule_id: str, coin: str, value: float | None, after_ms: int = 0) -> list[IncidentChange]:
        self.now_ms += after_ms
        standing = self.standings.setdefault((rule_id, coin), Standing(self.rules[rule_id], coin, _HOUR))
        step = standing.tick(facts(value), self.now_ms)
        return [] if step is None else self.book.take(step, self.now_ms)

    def only(self) -> Incident:
        (incident,) = self.book.shelf.incidents()
        return incident


def _told(changes: list[IncidentChange]) -> list[tuple[str, Level, bool]]:
    return [(change.change, change.incident.level, change.rings) for change in changes]


def test_what_does_not_hold_any_more_says_so_and_is_the_same_when_it_comes_back() -> None:
    desk = _Desk(_text("low", "quiet_minutes = 360\n").replace("quiet_minutes = 0\n", ""))
    desk.say("low", "BTC", 1)
    assert desk.only().eased_ms is None
    assert _told(desk.say("low", "BTC", 0, after_ms=_MINUTE)) == []
    over_ms = desk.now_ms
    # A touch is no end: it must have lasted for a minute before it is told.
    assert _told(desk.say("low", "BTC", 0, after_ms=_MINUTE // 2)) == []
    assert desk.only().eased_ms is None
    assert _told(desk.say("low", "BTC", 0, after_ms=_MINUTE)) == [("updated", Level.NOTABLE, False)]
    assert desk.only().eased_ms == over_ms
    assert _told(desk.say("low", "BTC", 0, after_ms=_HOUR)) == []
    # It is back: no news, one incident, and it holds again.
    assert _told(desk.say("low", "BTC", 1, after_ms=_MINUTE)) == [("updated", Level.NOTABLE, False)]
    assert desk.only().eased_ms is None
    desk.say("low", "BTC", 0, after_ms=_MINUTE)
    closed = desk.say("low", "BTC", 0, after_ms=6 * _HOUR)
    assert [change.change for change in closed] == ["closed"]
    assert closed[0].incident.eased_ms is None


def test_an_incident_has_not_eased_while_one_of_its_rules_holds() -> None:
    desk = _Desk(*(_text(name, _GROUP + "quiet_minutes = 60\n").replace("quiet_minutes = 0\n", "") for name in "ab"))
    for name in "ab":
        desk.say(name, "BTC", 1)
    for minutes in (1, 2, 2):
        desk.say("a", "BTC", 0, after_ms=minutes * _MINUTE)
        desk.say("b", "BTC", 1)
    assert desk.only().eased_ms is None
    for _ in range(3):
        desk.say("a", "BTC", 0, after_ms=2 * _MINUTE)
        desk.say("b", "BTC", 0)
    assert desk.only().eased_ms is not None


_GROUP = 'group = "cascade"\n'


def test_rules_of_one_group_share_one_incident_over_all_coins() -> None:
    desk = _Desk(_text("start", _GROUP), _text("early", _GROUP))
    assert _told(desk.say("early", "BTC", 1)) == [("opened", Level.NOTABLE, False)]
    assert _told(desk.say("start", "ETH", 2)) == [("raised", Level.WARNING, True)]
    assert _told(desk.say("start", "SOL", 1)) == [("updated", Level.WARNING, False)]
    incident = desk.only()
    assert (incident.rule, incident.cause, incident.coin) == ("start", "start", "ETH")
    assert incident.coins == ("BTC", "SOL")
    assert [(m.rule, m.subject, m.level) for m in incident.members] == [
        ("start", "ETH", Level.WARNING),
        ("early", "BTC", Level.NOTABLE),
        ("start", "SOL", Level.NOTABLE),
    ]
    assert _told(desk.say("start", "ETH", 0)) == [("updated", Level.NOTABLE, False)]
    desk.say("early", "BTC", 0)
    assert _told(desk.say("start", "SOL", 0)) == [("closed", Level.NOTABLE, False)]
    assert (desk.only().peak, desk.only().id) == (Level.WARNING, incident.id)


def test_rules_without_a_group_have_an_incident_for_each_coin() -> None:
    desk = _Desk(_text("alone"))
    desk.say("alone", "BTC", 2)
    desk.say("alone", "ETH", 3)
    assert {(i.coin, i.level) for i in desk.book.shelf.incidents()} == {
        ("BTC", Level.WARNING),
        ("ETH", Level.CRITICAL),
    }


def test_a_rule_that_follows_cannot_keep_the_incident_open_nor_open_it_again_at_once() -> None:
    desk = _Desk(_text("start", _GROUP), _text("flush", _GROUP + "follows = true\n"))
    desk.say("start", "BTC", 2)
    desk.say("flush", "BTC", 1)
    assert _told(desk.say("start", "BTC", 0)) == [("closed", Level.WARNING, False)]
    assert desk.say("flush", "BTC", 1) == []
    assert desk.say("flush", "BTC", 0) == []
    assert _told(desk.say("flush", "BTC", 1)) == [("opened", Level.NOTABLE, False)]


def test_a_following_rule_alone_names_its_incident_until_a_leading_one_joins() -> None:
    desk = _Desk(_text("start", _GROUP), _text("flush", _GROUP + "follows = true\n"))
    desk.say("flush", "BTC", 1)
    assert desk.only().rule == "flush"
    desk.say("start", "BTC", 1)
    assert (desk.only().rule, desk.only().cause) == ("start", "start")


def test_the_same_level_does_not_ring_again_within_the_cool_down_but_a_rise_does() -> None:
    desk = _Desk(_text("alone"))
    assert _told(desk.say("alone", "BTC", 2)) == [("opened", Level.WARNING, True)]
    desk.say("alone", "BTC", 0)
    assert _told(desk.say("alone", "BTC", 2, after_ms=_HOUR)) == [("opened", Level.WARNING, False)]
    assert _told(desk.say("alone", "BTC", 3)) == [("raised", Level.CRITICAL, True)]
    desk.say("alone", "BTC", 0)
    assert _told(desk.say("alone", "BTC", 2, after_ms=6 * _HOUR)) == [("opened", Level.WARNING, True)]


def test_quiet_hours_keep_all_but_critical_silent() -> None:
    desk = _Desk(_text("alone", 'quiet_hours = "23:00-07:00"\n'))
    assert _told(desk.say("alone", "BTC", 2)) == [("opened", Level.WARNING, False)]
    assert _told(desk.say("alone", "BTC", 3)) == [("raised", Level.CRITICAL, True)]
    day = _Desk(_text("alone", 'quiet_hours = "23:00-07:00"\n'))
    assert _told(day.say("alone", "BTC", 2, after_ms=8 * _HOUR)) == [("opened", Level.WARNING, True)]


def test_a_ring_names_the_channels_of_rule_and_level() -> None:
    text = _text("alone", 'actions = ["desktop"]\n').replace(
        'level = "critical"\n', 'level = "critical"\nactions = ["ntfy", "desktop"]\n'
    )
    desk = _Desk(text)
    assert desk.say("alone", "BTC", 2)[0].actions == ("desktop",)
    assert desk.say("alone", "BTC", 3)[0].actions == ("desktop", "ntfy")


def test_an_unacknowledged_warning_is_repeated_with_growing_pauses_to_further_channels() -> None:
    desk = _Desk(_text("alone", 'remind = [{ after_minutes = 5 }, { after_minutes = 10, actions = ["ntfy"] }]\n'))
    desk.say("alone", "BTC", 2)
    rang = []
    for minute in range(1, 40):
        for change in desk.book.remind(_T0 + minute * _MINUTE):
            rang.append((minute, change.change, change.actions, change.incident.reminders))
    assert rang == [
        (5, "reminder", (), 1),
        (15, "reminder", ("ntfy",), 2),
        (25, "reminder", ("ntfy",), 3),
        (35, "reminder", ("ntfy",), 4),
    ]


@pytest.mark.parametrize("field", ["acknowledged_ms", "snoozed_until_ms"])
def test_what_was_seen_or_snoozed_is_not_repeated(field: str) -> None:
    desk = _Desk(_text("alone"))
    desk.say("alone", "BTC", 2)
    (changed,) = desk.book.shelf.change("", **{field: _T0 + _HOUR})
    assert getattr(changed.incident, field) == _T0 + _HOUR
    assert desk.book.remind(_T0 + 30 * _MINUTE) == []


def test_a_notable_incident_never_rings_and_is_never_repeated() -> None:
    desk = _Desk(_text("alone"))
    assert _told(desk.say("alone", "BTC", 1)) == [("opened", Level.NOTABLE, False)]
    assert desk.book.remind(_T0 + 24 * _HOUR) == []


def test_updates_tell_new_figures_at_most_every_ten_seconds() -> None:
    desk = _Desk(_text("alone"))
    desk.say("alone", "BTC", 2)
    assert desk.say("alone", "BTC", 2.5, after_ms=9_000) == []
    (change,) = desk.say("alone", "BTC", 2.5, after_ms=1_000)
    assert (change.change, change.incident.factors[0].value, change.rings) == ("updated", 2.5, False)
    assert desk.say("alone", "BTC", 2.5001, after_ms=20_000) == []


def test_a_level_kept_by_cleared_bounds_keeps_the_reasons_it_rose_for() -> None:
    desk = _Desk(_text("alone", "").replace("quiet_minutes = 0", "quiet_minutes = 60"))
    desk.say("alone", "BTC", 3)
    desk.say("alone", "BTC", 0.5, after_ms=20_000)
    assert [factor.value for factor in desk.only().factors] == [3]


def test_restored_incidents_go_on_where_their_rules_do_and_end_where_they_do_not() -> None:
    before = _Desk(_text("start", _GROUP), _text("alone"), _text("gone"))
    for rule_id in before.rules:
        before.say(rule_id, "BTC", 2)
    kept = before.book.shelf.incidents()
    after = IncidentBook(parse_rules(_text("start", _GROUP) + _text("alone")))
    after.restore(kept)
    closed, going_on = after.reopened(_T0 + _HOUR)
    assert [change.incident.rule for change in closed] == ["gone"]
    assert {(rule.id, coin, level) for rule, coin, level in going_on} == {
        ("start", "BTC", Level.WARNING),
        ("alone", "BTC", Level.WARNING),
    }
    assert {i.id for i in after.shelf.incidents() if i.closed_ms is None} == {i.id for i in kept if i.rule != "gone"}


def test_an_incident_written_before_there_were_members_has_one() -> None:
    old = Incident("alone-BTC-1", "alone", "BTC", Level.WARNING, Level.WARNING, 1, 2, (), None)
    book = IncidentBook(parse_rules(_text("alone")))
    book.restore([old])
    assert book.shelf.incidents()[0].members == (Member("alone", "BTC", Level.WARNING, 1),)


def test_a_failing_channel_of_an_earlier_run_is_history() -> None:
    old = Incident("c", CHANNEL_FAILED, "", Level.WARNING, Level.WARNING, 1, 2, (), None)
    book = IncidentBook(())
    book.restore([old])
    assert book.shelf.incidents()[0].closed_ms == 2


def test_incidents_survive_the_journal_form() -> None:
    desk = _Desk(_text("start", _GROUP))
    desk.say("start", "BTC", 2)
    incident = desk.only()
    assert msgspec.json.decode(msgspec.json.encode(incident), type=Incident) == incident


def test_silent_feeds_are_one_incident_and_a_further_one_rings_after_the_cool_down() -> None:
    silent = (
        '[[rule]]\nid = "silent"\neach = "venue"\ngroup = "feeds"\nquiet_minutes = 0\ncool_down_hours = 0.166667\n'
        '[[rule.level]]\nlevel = "warning"\nall = [{ indicator = "FEED_SILENCE", at_least = 1 }]\n'
    )
    desk = _Desk(silent)
    assert _told(desk.say("silent", "bybit", 1)) == [("opened", Level.WARNING, True)]
    assert _told(desk.say("silent", "okx", 1, after_ms=_MINUTE)) == [("reminder", Level.WARNING, False)]
    assert (desk.only().venue, desk.only().venues) == ("bybit", ("okx",))
    assert _told(desk.say("silent", "binance", 1, after_ms=15 * _MINUTE)) == [("reminder", Level.WARNING, True)]
    desk.say("silent", "bybit", 0, after_ms=_MINUTE)
    assert {desk.only().venue, *desk.only().venues} == {"okx", "binance"}
    desk.say("silent", "okx", 0)
    assert _told(desk.say("silent", "binance", 0)) == [("closed", Level.WARNING, False)]
