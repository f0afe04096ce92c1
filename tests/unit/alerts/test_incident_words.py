"""What an incident says: headline, reasons, missing data, one next step; nothing of me for third parties."""

from __future__ import annotations

import msgspec
import pytest

from desktop.alerts import dead_man
from desktop.alerts.incident_words import body, factor_words, next_step, title
from desktop.alerts.incidents import BUILT_IN, Factor, Incident, Member, Missed
from desktop.risk.reading import Level
from desktop.storage.rule_files import shipped_rules

_T0 = 1_769_904_000_000


def _incident(rule: str = "cascade-started", **fields: object) -> Incident:
    made = Incident(
        "i", rule, "BTC", Level.WARNING, Level.WARNING, _T0, _T0,
        (Factor("LIQ_INT_1H", 0.0041, 0.0033, 0.6, "fraction of OI"),), 0.71,
        members=(Member(rule, "BTC", Level.WARNING, _T0),),
    )  # fmt: skip
    return msgspec.structs.replace(made, **fields)


def test_the_headline_names_level_what_and_where() -> None:
    assert title(_incident()) == "Warning: long cascade in BTC"
    assert title(_incident(coins=("ETH", "SOL"))) == "Warning: long cascade in BTC and 2 more"
    assert title(_incident("feed-dead", coin="", venue="bybit")) == "I cannot see Bybit"
    assert title(_incident("idle-collateral", coin="", venue="okx")) == "Warning: idle coins at OKX"
    assert title(_incident("breadth", coin="")) == "Warning: market-wide fall"


def test_a_keys_end_is_told_as_the_venue_means_it() -> None:
    bybit = _incident("key-expiring", coin="", venue="bybit")
    assert title(bybit) == "Warning: key expires soon at Bybit"
    assert next_step(bybit) == "Make a new read-only key on the exchange and put its two halves into the keychain."
    binance = _incident("key-expiring", coin="", venue="binance")
    assert title(binance) == "Warning: key loses its right to trade soon at Binance"
    assert "it only reads, and that goes on" in next_step(binance)
    assert "expires" not in f"{title(binance)} {next_step(binance)}"


def test_a_notable_cascade_is_called_by_what_leads_it() -> None:
    early = _incident(level=Level.NOTABLE, members=(Member("forced-selling", "BTC", Level.NOTABLE, _T0),))
    assert title(early) == "Notable: forced selling in BTC"


def test_every_shipped_rule_and_built_in_incident_has_a_headline_and_one_next_step() -> None:
    for rule_id in {rule.id for rule in shipped_rules()} | BUILT_IN:
        incident = _incident(rule_id, members=(Member(rule_id, "BTC", Level.WARNING, _T0),))
        assert "-" not in rule_id or rule_id not in title(incident), rule_id
        assert next_step(incident).endswith("."), rule_id


def test_the_body_says_why_how_complete_and_what_next() -> None:
    lines = body(_incident(supports=("7-day low 82,000 (x): broken, the price is 1.0 % under it",))).splitlines()
    assert lines[0] == "Long liquidations / OI 1 h 0.41 % of OI (threshold 0.33 % of OI)"
    assert "broken" in lines[1]
    assert lines[2] == "Totals are floors; data 71 % complete."
    assert lines[3].startswith("Next: Move what is idle")


def test_what_has_eased_says_since_when_and_never_that_all_is_well() -> None:
    eased = Member("support-broken", "BTC", Level.NOTABLE, _T0, eased_ms=_T0 + 5 * 60_000)
    said = body(_incident("support-broken", members=(eased,)))
    assert "no longer so since 00:05 UTC; kept in case it comes back" in said
    holds = msgspec.structs.replace(eased, eased_ms=None)
    assert "no longer" not in body(_incident("support-broken", members=(eased, holds)))
    assert "no longer" not in body(_incident("support-broken", members=(eased,), closed_ms=_T0 + 6 * 60_000))


def test_what_is_known_of_me_stays_on_this_machine() -> None:
    mine = _incident(exposure="my BTC liquidation is 3 % away", readiness="BTC is not ready to leave Binance")
    assert "3 % away" in body(mine, private=True)
    assert "3 % away" not in body(mine)
    assert "not ready" not in body(mine)


def test_a_digest_lists_what_was_missed_in_order_and_counts_the_rest() -> None:
    missed = [Missed(_T0 + n, "r", "BTC", Level.NOTABLE, f"thing {n}") for n in reversed(range(12))]
    incident = dead_man.digest(_T0 - 3_600_000, _T0, missed, "slept", _T0, None)
    lines = body(incident).splitlines()
    assert lines[0].startswith("Seawall slept")
    assert lines[1:9] == [f"thing {n}" for n in range(8)]
    assert lines[9] == "and 4 more"
    assert incident.level is Level.NOTABLE


def test_a_digest_without_anything_says_so() -> None:
    assert "nothing that the rules know of" in dead_man.digest(_T0 - 1, _T0, [], "slept", _T0, None).note


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (Factor("FUND_OIW", None, 0.0005, 1.0), "unknown (threshold"),
        (Factor("OI_CHG_4H", -0.03, -0.02, 1.0, "fraction", 30), "change over 30 min -3.00 % (threshold -2.00 %)"),
        (Factor("ME_DISTANCE", 0.1, 0.15, 1.0, "fraction"), "My distance to liquidation 10.00 %"),
        (Factor("ME_IDLE_USD", 48_200.0, 1_000.0, 1.0, "USD"), "Idle on the venue $48.2K (threshold $1.00K)"),
    ],
)
def test_reasons_carry_value_unit_and_threshold(factor: Factor, said: str) -> None:
    assert said in factor_words(factor)
