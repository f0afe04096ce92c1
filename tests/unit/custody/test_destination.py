"""Addresses side by side in groups of four, and the proof of control."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from desktop.custody.destination import (
    challenge,
    compare,
    destination_id,
    proved_destinations,
    proves_control,
)
from desktop.custody.transfer import TransferState
from desktop.domain.chain_addresses import as_pasted, look_alike, trouble_with
from tests.unit.custody.parts import ADDRESS, OTHER_ADDRESS, START_MS, at, signature_over

GROUPS = 11


@pytest.mark.parametrize(
    "text", [ADDRESS, ADDRESS.upper(), f"  {ADDRESS}\n", " ".join(ADDRESS), ADDRESS.replace("q", "q\t")]
)
def test_the_same_address_in_other_clothes_is_the_same(text: str) -> None:
    assert compare(ADDRESS, ADDRESS, text).same
    assert compare(ADDRESS, ADDRESS, text).words == ""


@given(st.integers(0, len(ADDRESS) - 1), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7lABC!"))
def test_one_changed_character_lights_exactly_its_group(place: int, sign: str) -> None:
    page = ADDRESS[:place] + sign + ADDRESS[place + 1 :]
    compared = compare(ADDRESS, ADDRESS, page)
    assert compared.differing == (() if page == ADDRESS else (place // 4,))
    if page != ADDRESS:
        assert compared.page_says == (page[place // 4 * 4 : place // 4 * 4 + 4],)
        assert f"Group {place // 4 + 1} differs" in compared.words


@given(st.text(max_size=60))
def test_nothing_else_is_ever_the_same(text: str) -> None:
    compared = compare(ADDRESS, ADDRESS, text)
    assert compared.same == (as_pasted(text) == ADDRESS)


def test_a_shorter_longer_or_mixed_case_text_differs() -> None:
    assert compare(ADDRESS, ADDRESS, ADDRESS[:-2]).differing == (GROUPS - 1,)
    assert "the page says nothing" in compare(ADDRESS, ADDRESS, ADDRESS[:-2]).words
    assert compare(ADDRESS, ADDRESS, ADDRESS + "qq").differing == (GROUPS - 1,)
    assert compare(ADDRESS, ADDRESS, ADDRESS + "qqq").differing == (GROUPS - 1, GROUPS)
    assert not compare(ADDRESS, ADDRESS, ADDRESS[:10].upper() + ADDRESS[10:]).same


def test_an_invisible_character_is_a_difference() -> None:
    assert not compare(ADDRESS, ADDRESS, ADDRESS[:9] + "​" + ADDRESS[9:]).same


def test_a_program_that_holds_another_address_differs_too() -> None:
    assert not compare(ADDRESS, OTHER_ADDRESS, ADDRESS).same


def test_look_alikes_share_both_ends_and_are_another_address() -> None:
    assert look_alike(ADDRESS, ADDRESS[:8] + "zzzz" + ADDRESS[12:])
    assert not look_alike(ADDRESS, ADDRESS)
    assert not look_alike(ADDRESS, OTHER_ADDRESS)


def test_the_challenge_names_transfer_address_and_time_and_only_its_signature_proves() -> None:
    text = challenge("t1", ADDRESS, START_MS)
    assert text.splitlines() == [
        "Seawall proof of control",
        "transfer t1",
        f"address {ADDRESS}",
        "time 2026-09-21T14:13:20Z",
    ]
    assert proves_control(ADDRESS, text, signature_over(text))
    assert not proves_control(ADDRESS, challenge("t2", ADDRESS, START_MS), signature_over(text))
    assert not proves_control(OTHER_ADDRESS, text, signature_over(text))
    assert not proves_control("no address", text, signature_over(text))


def test_a_destination_is_a_valid_address_of_the_expected_kind() -> None:
    assert trouble_with(ADDRESS, "p2wpkh") == ""
    assert "p2wpkh address" in trouble_with(ADDRESS, "p2tr")
    assert trouble_with(ADDRESS[:-1] + "q", "p2wpkh")
    assert trouble_with("", "p2wpkh")


def test_the_same_address_always_gets_the_same_id() -> None:
    assert destination_id("BTC", "BTC", ADDRESS) == destination_id("BTC", "BTC", ADDRESS)
    assert destination_id("BTC", "BTC", ADDRESS) != destination_id("BTC", "BTC", OTHER_ADDRESS)


def test_only_proved_destinations_are_stored_and_a_verified_one_stays_verified() -> None:
    assert proved_destinations([at(TransferState.COMPARED)]) == ()
    proved = at(TransferState.PROVED)
    assert proved.destination is not None
    verified = replace(proved, destination=replace(proved.destination, verified_ms=9))
    [kept] = proved_destinations([verified, proved])
    assert kept.verified_ms == 9
