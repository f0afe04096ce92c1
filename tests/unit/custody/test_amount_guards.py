"""The guards on the amount: idle, minimum, step, fee, dust, and a test amount first."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.amount_guards import first_amount
from desktop.custody.guards import (
    Facts,
    objections,
    why_not,
)
from desktop.custody.transfer import Transfer, TransferState
from desktop.custody.transfer_rules import decide
from desktop.domain.errors import Refused
from tests.unit.custody.parts import (
    BEGIN,
    FACTS,
    NETWORK,
    START_MS,
    at,
    proved_destination,
    wished,
)

S = TransferState
LEGACY = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"


def rules(found: tuple[object, ...]) -> list[str]:
    return [objection.rule for objection in found]  # type: ignore[attr-defined]


def draft(amount: str, **changes: object) -> Transfer:
    return replace(at(S.DRAFT), amount=Decimal(amount), **changes)


def facts(**changes: object) -> Facts:
    return replace(FACTS, **changes)


@pytest.mark.parametrize(
    ("amount", "idle", "rule"),
    [
        ("0.6", "0.5", "G7"),  # more than lies idle
        ("0.0005", "0.5", "G7"),  # below the minimum
        ("0.0011000001", "0.5", "G7"),  # not a step (nine decimals and more are no satoshi)
        ("0.1", "0.5", "G10"),  # nothing ever arrived there
    ],
)
def test_amounts_that_must_not_be(amount: str, idle: str, rule: str) -> None:
    found = objections(draft(amount), facts(idle=Decimal(idle)), START_MS)
    assert rule in rules(found)
    assert all(o.message and o.remedy for o in found)


def test_an_amount_above_the_maximum_and_a_step_of_the_venue() -> None:
    narrow = replace(NETWORK, maximum=Decimal("0.001"), step=Decimal("0.001"))
    found = objections(draft("0.0015"), facts(networks=(narrow,)), START_MS)
    assert rules(found).count("G7") == 2


def test_what_would_arrive_as_dust_is_refused() -> None:
    dear = replace(NETWORK, fee=Decimal("0.001"))
    found = objections(draft("0.0011"), facts(networks=(dear,)), START_MS)
    assert "too little to spend later" in found[0].message


def test_a_fee_above_the_cap_shuts_the_network_and_above_a_share_the_bulk() -> None:
    assert "above the cap" in why_not("binance", replace(NETWORK, fee=Decimal("0.0021")))
    bulk = draft("0.0015", stored_destination=True)
    found = objections(bulk, facts(networks=(replace(NETWORK, fee=Decimal("0.0001")),)), START_MS)
    assert "more than 5 %" in found[0].message


def test_a_test_amount_is_never_below_the_minimum_nor_dust_and_leaves_a_rest_that_can_follow() -> None:
    assert first_amount(Decimal("0.5"), NETWORK) == Decimal("0.0011")
    assert first_amount(Decimal("0.0020"), NETWORK) is None
    cheap = replace(NETWORK, minimum=Decimal("0.00001"))
    assert first_amount(Decimal("0.5"), cheap) == NETWORK.fee + Decimal("0.000136")


def test_a_balance_too_small_for_a_test_may_go_at_once_and_one_per_cent_always() -> None:
    assert objections(draft("0.0020"), facts(idle=Decimal("0.0020")), START_MS) == ()
    assert objections(draft("0.005"), facts(idle=Decimal("0.5")), START_MS) == ()


def test_everything_may_go_to_a_destination_with_a_verified_arrival() -> None:
    begin = replace(BEGIN, amount=Decimal("0.5"), destination_id="to-1")
    bulk = wished(None, begin, facts=facts(destinations=(proved_destination(),)))
    assert (bulk.kind, bulk.required_confirmations) == ("bulk", 6)
    assert objections(bulk, FACTS, START_MS) == ()


def test_a_changed_amount_goes_back_to_the_first_page() -> None:
    changed = wished(at(S.ROUTED), wish.TakeAmount(amount=Decimal("0.002")))
    assert (changed.state, changed.amount) == (S.DRAFT, Decimal("0.002"))
    with pytest.raises(Refused, match="more than eight decimals"):
        decide(at(S.DRAFT), wish.TakeAmount(amount=Decimal("0.123456789")), START_MS, FACTS)
    with pytest.raises(Refused, match="above zero"):
        decide(at(S.DRAFT), wish.TakeAmount(amount=Decimal("NaN")), START_MS, FACTS)
