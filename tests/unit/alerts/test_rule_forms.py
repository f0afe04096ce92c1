"""Every form a rule may take, and what no rule may say."""

from __future__ import annotations

import pytest

from desktop.alerts.rule_reader import parse_rules
from desktop.alerts.rules import Condition, DayHours, Group, OtherRule, Rule
from desktop.domain.errors import BadInput
from desktop.risk.reading import Level

_HEAD = '[[rule]]\nid = "mine"\neach = "coin"\n'
_FLOW = '{ indicator = "LIQ_INT_1H", at_least = 0.01 }'
_LEAN = '{ indicator = "LIQ_IMB_1H", at_least = 0.6 }'


def _rung(body: str, level: str = "warning") -> str:
    return f'[[rule.level]]\nlevel = "{level}"\n{body}\n'


def _one(*rungs: str, head: str = "") -> Rule:
    return parse_rules(_HEAD + head + "".join(rungs))[0]


def _fails(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse_rules(text, "mine.toml")
    return caught.value


def _other(rule_id: str, condition: str, each: str = "coin") -> str:
    return f'[[rule]]\nid = "{rule_id}"\neach = "{each}"\n' + _rung(f"all = [{condition}]", "notable")


def test_everything_that_may_be_written_is_read() -> None:
    rule = _one(
        _rung(f"any = [{_FLOW}, {{ all = [{_LEAN}, {_FLOW}] }}]\nactions = ['sound']\nfor_minutes = 1"),
        head=(
            'group = "cascade"\nfollows = true\noff = true\ncoins = ["BTC"]\nnot_coins = ["DOGE"]\n'
            'venues = ["bybit"]\nquiet_minutes = 5\nfor_minutes = 3\ncool_down_hours = 2\n'
            'quiet_hours = "23:00-07:00"\noverride = "warning"\nhours = "08:00-20:30"\nweekdays = ["mon", "sun"]\n'
            'actions = ["desktop", "command"]\nremind = [{ after_minutes = 5, actions = ["ntfy"] }]\n'
        ),
    )
    assert (rule.group, rule.follows, rule.off, rule.coins, rule.not_coins) == (
        "cascade",
        True,
        True,
        ("BTC",),
        ("DOGE",),
    )
    assert (rule.venues, rule.quiet_ms, rule.cool_down_ms) == (("bybit",), 300_000, 7_200_000)
    assert (rule.quiet, rule.override) == (DayHours(23 * 60, 7 * 60), Level.WARNING)
    assert rule.schedule == DayHours(8 * 60, 20 * 60 + 30, (0, 6))
    assert (rule.actions, rule.ladder[0].after_ms, rule.ladder[0].actions) == (
        ("desktop", "command"),
        300_000,
        ("ntfy",),
    )
    rung = rule.rungs[0]
    assert (rung.needs_all, rung.hold_ms, rung.actions) == (False, 60_000, ("sound",))
    assert isinstance(rung.conditions[1], Group)
    assert [leaf.indicator for leaf in rung.leaves()] == ["LIQ_INT_1H", "LIQ_IMB_1H", "LIQ_INT_1H"]


def test_hold_time_of_the_rule_is_that_of_each_level_unless_it_says_its_own() -> None:
    rule = _one(
        _rung(f"all = [{_LEAN}]", "notable"), _rung(f"all = [{_FLOW}]\nfor_minutes = 0"), head="for_minutes = 3\n"
    )
    assert [rung.hold_ms for rung in rule.rungs] == [180_000, 0]


def test_a_change_over_time_and_a_clear_bound_are_read() -> None:
    body = 'all = [{ indicator = "OI_CHG_4H", at_most = -0.02, clear = -0.01, change_over_minutes = 30 }]'
    (condition,) = _one(_rung(body)).rungs[0].conditions
    assert isinstance(condition, Condition)
    assert (condition.clear, condition.change_ms) == (-0.01, 1_800_000)
    assert _one(_rung(body)).changes == {("OI_CHG_4H", 1_800_000)}


def test_a_coin_rule_may_use_indicators_of_the_market_and_facts_of_the_desk() -> None:
    market = '{ indicator = "BREADTH_F5_1H", at_least = 0.2 }'
    desk = '{ indicator = "DEVICE_GONE", at_least = 60 }'
    assert _one(_rung(f"all = [{_FLOW}, {market}, {desk}]")).indicators == {
        "LIQ_INT_1H",
        "BREADTH_F5_1H",
        "DEVICE_GONE",
    }


def test_a_rule_may_name_another_and_depends_on_what_that_depends_on() -> None:
    text = _HEAD + _rung('all = [{ rule = "flow", level = "notable" }]') + _other("flow", _FLOW)
    rule = parse_rules(text)[0]
    (part,) = rule.rungs[0].conditions
    assert isinstance(part, OtherRule)
    assert part.target is not None
    assert rule.indicators == {"LIQ_INT_1H"}


@pytest.mark.parametrize(
    ("tail", "line", "said", "remedy"),
    [
        (_rung('all = [{ rule = "mine" }]'), 6, "mine → mine", "out"),
        (_rung('all = [{ rule = "b" }]') + _other("b", '{ rule = "mine" }'), 12, "mine → b → mine", "out"),
        (_rung('all = [{ rule = "flaw" }]') + _other("flow", _FLOW), 6, "'flaw', which is not there", "'flow'"),
        (_rung('all = [{ rule = "v" }]') + _other("v", '{ indicator = "FEED_SILENCE", above = 3 }', "venue"), 6,
         "for each venue", "same kind"),
    ],
)  # fmt: skip
def test_circles_and_missing_rules_are_named_with_their_line(tail: str, line: int, said: str, remedy: str) -> None:
    error = _fails(_HEAD + tail)
    assert said in error.message
    assert f"line {line}:" in error.message
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('all = [{ indicator = "LIQ_INT_1H", at_least = 0.01, clear = 0.02 }]', "clears at 0.02, beyond"),
        ('all = [{ indicator = "OI_CHG_4H", at_most = -0.02, clear = -0.03 }]', "clears at -0.03, beyond"),
        (
            'all = [{ indicator = "FUND_OIW", at_least = 2 }, { indicator = "FUND_OIW", below = 2 }]',
            "cannot be 2 up and 2 down",
        ),
        (f"all = [{_FLOW}]\nany = [{_FLOW}]", "both 'all' and 'any'"),
        (f"all = [{{ any = [{{ all = [{_FLOW}] }}] }}]", "two deep"),
        ('all = [{ indicator = "FEED_SILENCE", above = 3 }]', "FEED_SILENCE belongs to the venue"),
        (f"all = [{_FLOW}]\nactions = ['telegraph']", "'telegraph'"),
        (f"all = [{_FLOW}]\nfor_minutes = -1", "for_minutes is -1"),
        (
            'all = [{ indicator = "FUND_OIW", above = 1, own_percentile = 5, change_over_minutes = 60 }]',
            "not of their",
        ),
    ],
)
def test_contradictions_are_refused(body: str, said: str) -> None:
    assert said in _fails(_HEAD + _rung(body)).message


@pytest.mark.parametrize("bound", ["0.01", "0.005"])
def test_a_higher_level_that_is_no_harder_is_refused(bound: str) -> None:
    easier = _FLOW.replace("0.01", bound)
    error = _fails(_HEAD + _rung(f"all = [{_FLOW}, {_LEAN}]") + _rung(f"all = [{easier}]", "critical"))
    assert "critical holds whenever warning does" in error.message


def test_a_higher_level_may_be_easier_in_one_thing_if_it_is_harder_in_another() -> None:
    harder = _LEAN.replace("0.6", "0.9")
    easier = _FLOW.replace("0.01", "0.005")
    assert len(_one(_rung(f"all = [{_FLOW}, {_LEAN}]"), _rung(f"all = [{easier}, {harder}]", "critical")).rungs) == 2


def test_two_levels_of_the_same_name_are_refused() -> None:
    assert "two levels 'warning'" in _fails(_HEAD + _rung(f"all = [{_FLOW}]") + _rung(f"all = [{_LEAN}]")).message


@pytest.mark.parametrize(
    "head",
    [
        'quiet_hours = "23-7"\n',
        'quiet_hours = "07:00-07:00"\n',
        'hours = "25:00-26:00"\n',
        'hours = "24:30-03:00"\n',
        'weekdays = ["monday"]\n',
        "remind = [{ after_minutes = 0 }]\n",
        'command = ["rm"]\n',
        'actions = [{ command = "rm" }]\n',
        'off = "yes"\n',
        'coins = "BTC"\n',
    ],
)
def test_what_is_of_no_known_form_is_refused_with_a_line(head: str) -> None:
    assert "mine.toml line 4" in _fails(_HEAD + head + _rung(f"all = [{_FLOW}]")).message


@pytest.mark.parametrize(
    ("weekday", "minute", "holds"),
    [(4, 23 * 60, True), (5, 60, True), (5, 23 * 60, False), (4, 60, False), (4, 12 * 60, False)],
)
def test_a_time_over_midnight_belongs_to_the_day_on_which_it_begins(weekday: int, minute: int, holds: bool) -> None:
    assert DayHours(22 * 60, 6 * 60, (4,)).holds(weekday, minute) is holds


def test_coin_filters_choose_whom_a_rule_speaks_of() -> None:
    only = _one(_rung(f"all = [{_FLOW}]"), head='coins = ["BTC", "ETH"]\nnot_coins = ["ETH"]\n')
    assert [only.speaks_of(coin) for coin in ("BTC", "ETH", "SOL")] == [True, False, False]
