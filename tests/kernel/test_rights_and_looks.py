"""Who may open a wallet that the kernel made, and what is taken for one."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Played = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize("carrier", ["usb", "hid"])
def test_without_the_rule_the_wallet_is_seen_and_its_remedy_named(played: Played, carrier: str) -> None:
    facts = played("no rule")
    listed = {one["path"].partition(":")[0]: one["product"] for one in facts["listed"]["answer"]}
    assert listed == {"usb": "OneKey Classic 1S", "hid": "OneKey HID"}
    refused = facts[carrier]
    assert refused["error"] == "AccessDenied"
    assert "does not let Seawall open" in refused["message"]
    assert "--udev-rule install" in refused["remedy"]


@pytest.mark.parametrize("carrier", ["usb", "hid"])
@pytest.mark.parametrize(("who", "may"), [("member", True), ("seated", True), ("stranger", False)])
def test_the_rule_opens_the_wallet_to_the_group_and_to_the_seat_alone(
    played: Played, carrier: str, who: str, may: bool
) -> None:
    facts = played("rule")[f"{who} {carrier}"]
    assert (facts.get("answer", {}).get("model") == "Classic 1S") is may
    assert (facts.get("error") == "AccessDenied") is not may


def test_the_rule_gives_the_nodes_mode_group_and_the_seats_own_right(played: Played) -> None:
    assert [(node["mode"], node["acl"]) for node in played("rule")["nodes"]] == [("crw-rw----", True)] * 2
    assert all(node["group"] for node in played("rule")["nodes"])


def test_the_endpoints_are_those_of_the_descriptor(played: Played) -> None:
    # The kernel gives the gadget 0x02 where a OneKey has 0x01: a carrier that knows them by heart fails here.
    assert played("endpoints")["endpoints"] == ["ep_02", "ep_81"]
    assert "answer" in played("address usb")["address"]


@pytest.mark.parametrize(
    ("look", "paths"),
    [
        ("as shipped", ["usb:CL1S0001"]),
        ("own mode", ["usb:PRO0001"]),
        ("a Trezor", []),
        ("a newer Trezor", []),
        ("a stranger", []),
    ],
)
def test_wallets_are_told_by_their_names(played: Played, look: str, paths: list[str]) -> None:
    assert [one["path"] for one in played(f"look {look}")["listed"]["answer"]] == paths


def test_a_bootloader_is_listed_and_never_opened(played: Played) -> None:
    facts = played("look a bootloader")
    assert [one["path"] for one in facts["listed"]["answer"]] == ["usb:BOOT0001"]
    assert facts["opened"]["error"] == "InBootloader"
    assert [finding["kind"] for finding in facts["doctor"]["answer"]] == ["bootloader"]


def test_the_doctor_says_first_that_the_rule_is_missing_and_installs_it(played: Played) -> None:
    before = played("no rule")["doctor"]["answer"]
    assert [finding["kind"] for finding in before][:1] == ["no rule"] or before[0]["mend"] == "udev-rule"
    assert {"no access"} <= {finding["kind"] for finding in before}
    facts = played("rule")
    code, printed = facts["installed"]
    assert (code, json.loads(printed)["installed"]) == (0, True)
    assert {finding["kind"] for finding in facts["doctor"]["answer"]} == {"fine", "several"}


def test_the_doctor_finds_no_wallet_in_another_makers(played: Played) -> None:
    assert [finding["kind"] for finding in played("look a Trezor")["doctor"]["answer"]] == ["absent"]
