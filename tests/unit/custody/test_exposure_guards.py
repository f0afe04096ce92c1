"""Collateral that open positions need is held back, before the route and again before sending."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.exposure_guards import apart, leaving_words, safe_amount
from desktop.custody.guards import objections, warnings
from desktop.custody.transfer import TransferState
from desktop.custody.transfer_rules import decide
from desktop.domain.errors import Refused
from desktop.risk.account.leaving import Leaving
from tests.unit.custody.parts import AMOUNT, FACTS, START_MS, at

S = TransferState
FAILS = Leaving(
    "binance", "BTC", AMOUNT, "margin", wick=0.1, survives=True, survives_after=False, most=Decimal("0.0004")
)


@pytest.mark.parametrize("state", [S.DRAFT, S.ROUTED, S.PROVED])
def test_a_failed_wick_test_forbids_the_next_step_and_names_what_may_leave(state: TransferState) -> None:
    (objection,) = objections(at(state), replace(FACTS, leaving=FAILS), START_MS)
    assert objection.rule == "G7"
    assert "Without 0.0011 BTC a 10 % wick would liquidate" in objection.message
    assert "0.0004 BTC at most" in objection.remedy


@pytest.mark.parametrize("asked", [wish.AgreeWhat(), wish.TakeRoute(network="BTC")])
def test_it_is_refused_and_not_only_shown(asked: wish.Wish) -> None:
    state = S.DRAFT if isinstance(asked, wish.AgreeWhat) else S.ROUTED
    with pytest.raises(Refused, match="wick would liquidate") as caught:
        decide(at(state), asked, START_MS, replace(FACTS, leaving=FAILS))
    assert caught.value.rule == "G7"


@pytest.mark.parametrize("state", [S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED])
def test_between_the_two_it_is_a_word_that_holds_nobody(state: TransferState) -> None:
    facts = replace(FACTS, leaving=FAILS)
    assert objections(at(state), facts, START_MS) == ()
    assert "G7" in [told.rule for told in warnings(at(state), facts, START_MS)]


def test_what_was_sent_is_not_called_back() -> None:
    assert objections(at(S.SENT), replace(FACTS, leaving=FAILS), START_MS) == ()
    assert decide(at(S.PROVED), wish.SayPaid(), START_MS, replace(FACTS, leaving=FAILS)), "the truth may be said"


def test_a_position_that_fails_already_lets_only_go_what_backs_nothing() -> None:
    already = replace(FAILS, survives=False, most=Decimal("0.0001"))
    (objection,) = objections(at(S.DRAFT), replace(FACTS, leaving=already), START_MS)
    assert "already" in objection.message
    assert objection.remedy.startswith("Only 0.0001 BTC back nothing. Reduce")


@pytest.mark.parametrize("effect", ["none", "beside", "unknown"])
def test_what_touches_no_margin_or_is_unknown_forbids_nothing(effect: str) -> None:
    assert objections(at(S.DRAFT), replace(FACTS, leaving=replace(FAILS, effect=effect)), START_MS) == ()


def test_the_unknown_is_said_with_its_reason() -> None:
    (told,) = leaving_words(replace(FAILS, effect="unknown", reason="last seen 4 min ago"))
    assert told[0] == "exposure"
    assert "unknown: last seen 4 min ago" in told[1]


def test_nothing_more_than_what_is_safe_is_proposed() -> None:
    step = Decimal("0.0001")
    assert safe_amount(AMOUNT, step, replace(FAILS, most=Decimal("0.00057"))) == Decimal("0.0005")
    assert safe_amount(AMOUNT, step, replace(FAILS, most=None)) == AMOUNT
    assert safe_amount(AMOUNT, step, None) == AMOUNT


def test_only_a_venue_with_a_wallet_of_its_own_for_leaving_counts_that_apart() -> None:
    assert apart("binance", AMOUNT) == AMOUNT
    assert apart("bybit", AMOUNT) is None
    assert apart("binance", None) is None
