"""Rule files: the shipped set, a person's own beside it, and when the profile was watching last."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from desktop.alerts.dead_man import FEED_DEAD_RULE
from desktop.alerts.facts import FACTS
from desktop.alerts.rules import OtherRule
from desktop.domain.errors import BadInput
from desktop.risk.indicators.catalogue import CATALOGUE
from desktop.storage.last_seen import FILE_NAME, LastSeen
from desktop.storage.rule_files import ProfileRules, rules_from, shipped_rules

_SHIPPED = {
    "cascade-started", "forced-selling", "breadth", "venues-in-sequence", "oi-flush", "support-broken", "book-thin",
    "fuel", "funding-extreme", "peg", "my-liquidation-distance", "wick-test-failed", "idle-collateral", "feed-dead",
    "withdrawals-suspended", "device-gone", "key-expiring",
}  # fmt: skip


def test_the_shipped_set_is_whole_and_every_rule_has_words() -> None:
    rules = shipped_rules()
    assert {rule.id for rule in rules} == _SHIPPED
    for rule in rules:
        assert rule.words.endswith("."), rule.id
        assert rule.indicators <= set(CATALOGUE) | set(FACTS), rule.id
        assert not rule.off, rule.id


def test_the_file_of_the_watch_says_what_is_watched_without_it() -> None:
    from msgspec.structs import replace

    written = next(rule for rule in shipped_rules() if rule.id == "feed-dead")
    assert replace(written, quiet_ms=5_000, cool_down_ms=600_000) == FEED_DEAD_RULE
    assert written.quiet_ms == pytest.approx(5_000, abs=5)


def _text(rule_id: str, condition: str) -> str:
    return f'[[rule]]\nid = "{rule_id}"\neach = "coin"\n[[rule.level]]\nlevel = "notable"\nall = [{condition}]\n'


def test_a_shipped_rule_that_names_a_changed_one_follows_it(tmp_path: Path) -> None:
    text = _text("forced-selling", '{ indicator = "FUND_OIW", above = 1 }')
    rules = {rule.id: rule for rule in asyncio.run(ProfileRules(tmp_path).keep(text))}
    assert rules["forced-selling"].indicators == {"FUND_OIW"}
    assert "FUND_OIW" in rules["support-broken"].indicators
    part = rules["support-broken"].rungs[1].conditions[1]
    assert isinstance(part, OtherRule)
    assert part.target == rules["forced-selling"]


def test_own_rules_may_name_shipped_ones_but_no_circle_through_them(tmp_path: Path) -> None:
    keeper = ProfileRules(tmp_path)
    assert keeper.read(_text("mine", '{ rule = "cascade-started" }'))[0].indicators >= {"LIQ_INT_1H"}
    with pytest.raises(BadInput, match="circle"):
        keeper.read(_text("forced-selling", '{ rule = "oi-flush" }'))


def test_no_file_and_an_empty_text_are_the_shipped_rules(tmp_path: Path) -> None:
    keeper = ProfileRules(tmp_path)
    assert asyncio.run(keeper.load()) == shipped_rules()
    assert asyncio.run(keeper.keep("# nothing yet\n")) == shipped_rules()
    assert asyncio.run(ProfileRules(tmp_path).load()) == shipped_rules()


def test_a_refused_text_leaves_the_file_as_it_is(tmp_path: Path) -> None:
    keeper = ProfileRules(tmp_path)
    good = _text("mine", '{ indicator = "FUND_OIW", above = 1 }')
    asyncio.run(keeper.keep(good))
    with pytest.raises(BadInput, match=r"rules\.toml line 6"):
        asyncio.run(keeper.keep(good.replace("FUND_OIW", "FUND")))
    assert (tmp_path / "rules.toml").read_text() == good
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rules.toml"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        asyncio.run(ProfileRules(tmp_path / "gone").keep(""))


@pytest.mark.parametrize("data", [b"\xff\xfe", b" " * (1024 * 1024 + 1)])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=r"mine\.toml"):
        rules_from(path)


def test_when_it_was_watching_last_survives_and_damage_tells_nothing(tmp_path: Path) -> None:
    seen = LastSeen(tmp_path)
    assert asyncio.run(seen.read()) is None
    asyncio.run(seen.keep(1_769_900_400_000))
    assert asyncio.run(LastSeen(tmp_path).read()) == 1_769_900_400_000
    for text in ("", "soon", "9" * 30):
        (tmp_path / FILE_NAME).write_text(text)
        assert asyncio.run(seen.read()) is None
    asyncio.run(LastSeen(tmp_path / "gone").keep(1))
