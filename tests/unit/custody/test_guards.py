"""Each guard says no with words and a remedy, and keeps quiet when there is nothing to say."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from desktop.custody import transfer_wishes as wish
from desktop.custody.guards import (
    Facts,
    LookCount,
    not_sent_objections,
    objections,
    warnings,
    why_not,
)
from desktop.custody.reports import SavedAddress, VenueNetwork
from desktop.custody.transfer import TransferState
from desktop.custody.transfer_rules import decide
from desktop.domain.errors import Refused
from tests.unit.custody.parts import (
    ADDRESS,
    AMOUNT,
    BEGIN,
    FACTS,
    FINGERPRINT,
    NETWORK,
    SHOWN,
    START_MS,
    TOKEN,
    after,
    at,
    proved_destination,
    signature_over,
    wished,
)

S = TransferState
LEGACY = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"


def rules(found: tuple[object, ...]) -> list[str]:
    return [objection.rule for objection in found]  # type: ignore[attr-defined]


def facts(**changes: object) -> Facts:
    return replace(FACTS, **changes)


def test_the_agreed_way_meets_no_objection() -> None:
    for state in (S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED, S.PROVED, S.SENT):
        assert objections(at(state), FACTS, START_MS) == (), state


@pytest.mark.parametrize("stored", [None, proved_destination(verified_ms=None), proved_destination(coin="ETH")])
def test_a_destination_without_verified_arrival_is_not_taken(stored: object) -> None:
    known = facts(destinations=() if stored is None else (stored,))
    with pytest.raises(Refused, match="not had a verified arrival") as caught:
        decide(None, replace(BEGIN, destination_id="to-1"), START_MS, known)
    assert caught.value.rule == "G10"


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (TOKEN, "cannot both sign on it and watch it"),
        (replace(NETWORK, network="SEGWITBTC"), "cannot both sign"),
        (replace(NETWORK, needs_tag=True), "tag or memo"),
        (replace(NETWORK, withdraw_enabled=False, note="wallet maintenance"), "suspended withdrawals on it: wallet"),
        (replace(NETWORK, busy=True), "congested"),
    ],
)
def test_networks_that_are_not_offered_say_why(network: VenueNetwork, words: str) -> None:
    assert words in why_not("binance", network)
    assert "G5" in rules(objections(at(S.DRAFT), facts(networks=(network,)), START_MS))
    with pytest.raises(Refused, match=network.network) as caught:
        decide(at(S.ROUTED), wish.TakeRoute(network=network.network), START_MS, facts(networks=(network,)))
    assert caught.value.rule == "G5"


def test_a_route_of_one_venue_is_not_taken_for_another() -> None:
    assert why_not("binance", NETWORK) == ""
    assert why_not("okx", NETWORK) != ""


@pytest.mark.parametrize("known", [facts(networks=None), facts(idle=None)])
def test_an_exchange_that_has_not_answered_is_not_taken_for_one_without_limits(known: Facts) -> None:
    found = objections(at(S.DRAFT), replace(known, trouble="Binance does not answer."), START_MS)
    assert rules(found) == ["G9"]
    assert "Binance does not answer." in found[0].message
    with pytest.raises(Refused):
        decide(at(S.DRAFT), wish.AgreeWhat(), START_MS, known)


def test_one_transfer_at_a_time_for_each_venue_and_coin() -> None:
    with pytest.raises(Refused, match="already open: t1") as caught:
        decide(None, replace(BEGIN, id="t2"), START_MS, facts(open_transfers=(at(S.SENT),)))
    assert caught.value.rule == "G11"
    other = facts(open_transfers=(replace(at(S.SENT), venue="bybit"), replace(at(S.SENT), coin="ETH")))
    assert decide(None, replace(BEGIN, id="t2"), START_MS, other)


@pytest.mark.parametrize("state", [S.DRAFT, S.ROUTED, S.NEEDS_ADDRESS, S.ADDRESS_SHOWN, S.COMPARED])
def test_another_wallet_than_the_pinned_one_is_objected_to(state: TransferState) -> None:
    known = facts(device_fingerprint="deadbeef", pinned_fingerprint=FINGERPRINT)
    found = objections(at(state), known, START_MS)
    assert rules(found) == ["G2"]
    assert "DEADBEEF" in found[0].message


def test_a_pinned_wallet_is_asked_for_when_the_address_is_shown() -> None:
    with pytest.raises(Refused) as caught:
        decide(at(S.NEEDS_ADDRESS), SHOWN, START_MS, facts(pinned_fingerprint="deadbeef"))
    assert caught.value.rule == "G2"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"program_address": "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}, "G1"),
        ({"path": "m/84'/0'/0'/0/1"}, "G5"),
        ({"script": "p2tr"}, "G5"),
        ({"address": ADDRESS[:-1] + "q", "program_address": ADDRESS[:-1] + "q"}, "G4"),
        (
            {
                "address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
                "program_address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            },
            "G4",
        ),
    ],
)
def test_what_the_device_says_has_to_fit(changes: dict[str, str], rule: str) -> None:
    with pytest.raises(Refused) as caught:
        decide(at(S.NEEDS_ADDRESS), replace(SHOWN, **changes), START_MS, FACTS)
    assert caught.value.rule == rule


def test_a_signature_of_another_text_or_key_proves_nothing() -> None:
    posed = wished(at(S.COMPARED), wish.PoseChallenge())
    assert posed.destination is not None
    good = signature_over(posed.destination.challenge)
    for address, signature in (
        (ADDRESS, signature_over("another text")),
        (ADDRESS, "not base64"),
        (ADDRESS, good[:-8] + "AAAAAAA="),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", good),
    ):
        with pytest.raises(Refused) as caught:
            decide(posed, wish.Signed(address=address, signature=signature), START_MS, FACTS)
        assert caught.value.rule == "G3"
    assert wished(posed, wish.Signed(address=ADDRESS, signature=good)).state is S.PROVED


def test_before_sending_holds_suspensions_and_an_unread_record_speak_up() -> None:
    proved = at(S.PROVED)
    held = (SavedAddress("BTC", "BTC", ADDRESS, usable_from_ms=START_MS + 86_400_000),)
    assert rules(objections(proved, facts(saved=held), START_MS)) == ["G9"]
    assert objections(proved, facts(saved=held), START_MS + 86_400_000) == ()
    shut = (replace(NETWORK, withdraw_enabled=False),)
    assert rules(objections(proved, facts(networks=shut), START_MS)) == ["G9"]
    assert rules(objections(proved, facts(records="asked"), START_MS)) == ["G16"]
    silent = facts(records="silent")
    assert objections(proved, silent, START_MS) == ()
    assert "G16" in rules(warnings(proved, silent, START_MS))


def test_the_address_book_is_compared_with_the_proved_destination() -> None:
    proved = at(S.PROVED)
    assert [o.rule for o in warnings(proved, facts(saved=()), START_MS)] == ["G9"]
    good = SavedAddress("BTC", "BTC", ADDRESS)
    assert warnings(proved, facts(saved=(good,)), START_MS) == ()
    alike = SavedAddress("BTC", "BTC", ADDRESS[:10] + "x" * 20 + ADDRESS[-6:])
    assert rules(warnings(proved, facts(saved=(good, alike)), START_MS)) == ["G14"]


def test_one_chain_source_alone_is_told() -> None:
    alone = wished(None, replace(BEGIN, chain_sources=1))
    assert alone.required_sources == 1
    assert "G13" in rules(warnings(alone, FACTS, START_MS))


def looked(absent: int = 8, seconds: int = 700, last: str = "absent") -> tuple[LookCount, ...]:
    return tuple(
        LookCount(place, absent, START_MS, START_MS + seconds * 1000, last) for place in ("records", "one", "two")
    )


def test_never_sent_is_taken_only_when_everything_agrees() -> None:
    unknown = at(S.UNKNOWN)
    assert not_sent_objections(unknown, facts(looks=looked())) == ()
    assert wished(unknown, wish.SayUnsent(), START_MS, facts(looks=looked())).state is S.DROPPED


@pytest.mark.parametrize(
    "known",
    [
        facts(),
        facts(looks=looked(absent=5)),
        facts(looks=looked(seconds=599)),
        facts(looks=looked(last="silent")),
        facts(looks=(*looked(), *looked(last="found"))),
        facts(looks=looked(), idle=None),
        facts(looks=looked(), idle=FACTS.idle - AMOUNT),  # type: ignore[operator]
    ],
)
def test_never_sent_is_refused_while_anything_speaks_against_it(known: Facts) -> None:
    assert set(rules(not_sent_objections(at(S.UNKNOWN), known))) == {"G12"}
    with pytest.raises(Refused) as caught:
        decide(at(S.UNKNOWN), wish.SayUnsent(), START_MS, known)
    assert caught.value.rule == "G12"


@pytest.mark.parametrize("state", [S.SENT, S.UNKNOWN])
def test_nothing_can_be_sent_again_or_dropped_once_it_was_sent(state: TransferState) -> None:
    for asked in (wish.SayPaid(), wish.GiveUp(), wish.AgreeWhat(), wish.PoseChallenge()):
        with pytest.raises(Refused, match="does not fit") as caught:
            decide(at(state), asked, START_MS, FACTS)
        assert "Do not send again" in caught.value.remedy


def test_a_page_that_differs_is_told_and_can_be_pasted_again() -> None:
    shown = at(S.ADDRESS_SHOWN)
    wrong = ADDRESS[:20] + "zz" + ADDRESS[22:]
    differs = wished(shown, wish.Pasted(text=wrong))
    assert differs.state is S.ADDRESS_SHOWN
    assert "Group 6 differs" in differs.page_mismatch
    mended = wished(differs, wish.Pasted(text=ADDRESS))
    assert (mended.state, mended.page_mismatch) == (S.COMPARED, "")
    undone = wished(mended, wish.Pasted(text=wrong))
    assert undone.state is S.ADDRESS_SHOWN
    assert undone.destination is not None
    assert undone.destination.compared_ms is None
    assert after(undone) == undone
