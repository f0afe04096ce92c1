"""Rules as people write them: what is shipped, and errors that name line and nearest word."""

from __future__ import annotations

import pytest

from desktop.alerts.rule_reader import parse_rules
from desktop.domain.errors import BadInput
from desktop.risk.reading import Level
from desktop.storage.rule_files import rules_from, shipped_rules

_RULE = """
# a comment that says LIQ_INT_1H
[[rule]]
id = "mine"
each = "coin"

[[rule.level]]
level = "warning"
all = [
    { indicator = "LIQ_INT_1H", at_least = 0.01 },
]
"""


def _fails(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse_rules(text, "mine.toml")
    return caught.value


def test_the_shipped_cascade_rule_is_the_written_down_one() -> None:
    rule = next(rule for rule in shipped_rules() if rule.id == "cascade-started")
    assert [rung.level for rung in rule.rungs] == [Level.WARNING, Level.CRITICAL]
    strength, lean, low = rule.rungs[0].conditions
    assert (strength.indicator, strength.bound, strength.own_share, strength.known_hours) == (
        "LIQ_INT_1H",
        0.0015,
        0.975,
        240,
    )
    assert (lean.indicator, lean.comparison, lean.bound) == ("LIQ_IMB_1H", "at_least", 0.6)
    assert (low.indicator, low.comparison, low.bound) == ("LOW_BREAK_24H", "below", 0.0)
    assert rule.rungs[1].conditions[0].bound == 0.012


def test_an_unknown_indicator_is_named_with_its_line_and_the_nearest_one() -> None:
    error = _fails(_RULE.replace('"LIQ_INT_1H"', '"LIQ_INT_1HR"'))
    assert "mine.toml line 10" in error.message
    assert "LIQ_INT_1HR" in error.message
    assert "LIQ_INT_1H" in error.remedy


def test_lower_case_finds_the_indicator_as_well() -> None:
    assert "OI_CHG_4H" in _fails(_RULE.replace('"LIQ_INT_1H"', '"oi_chg_4h"')).remedy


def test_an_unknown_key_is_named_with_its_line() -> None:
    error = _fails(_RULE.replace("at_least", "atleast"))
    assert "line 10" in error.message
    assert "at_least" in error.remedy


def test_the_line_is_that_of_the_rule_which_is_wrong() -> None:
    second = _RULE.replace('"mine"', '"other"').replace("0.01", '"much"')
    error = _fails(_RULE + second)
    assert "line 21" in error.message
    assert "'much'" in error.message


def test_broken_toml_names_its_line() -> None:
    error = _fails(_RULE.replace("each =", "each"))
    assert "line 5" in error.message


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('each = "coin"', 'each = "market"', "belongs to the coin"),
        ('level = "warning"', 'level = "alarming"', "alarming"),
        ("at_least = 0.01", "at_least = nan", "not a number"),
        ("at_least = 0.01", "at_least = true", "not a number"),
        ("at_least = 0.01", "at_least = 1, below = 2", "2 numbers"),
        ("at_least = 0.01", "at_least = 1, own_percentile = 975", "own_percentile is 975"),
        ("at_least = 0.01", "at_least = 1, of_hours = 10", "of_hours is 10"),
        ('id = "mine"', "id = 5", "no text 'id'"),
        ("    { indicator", "    # { indicator", "no 'all'"),
    ],
)
def test_what_is_off_is_said(before: str, after: str, said: str) -> None:
    assert said in _fails(_RULE.replace(before, after)).message


def test_a_rule_that_stands_twice_is_refused() -> None:
    assert "twice" in _fails(_RULE + _RULE).message


def test_a_missing_file_is_bad_input(tmp_path: object) -> None:
    from pathlib import Path

    with pytest.raises(BadInput, match=r"nowhere\.toml"):
        rules_from(Path(str(tmp_path)) / "nowhere.toml")
