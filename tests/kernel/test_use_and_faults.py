"""Addresses and signatures through the kernel's own devices, and every way to lose them."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from coincurve import PublicKey
from embit import bip32, bip39

Played = Callable[[str], dict[str, Any]]
CARRIERS = pytest.mark.parametrize("carrier", ["usb", "hid"])
ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
_PHASES = ("idle", "waiting", "within answer", "within request", "after request", "before write")
_SECONDS_TO_NOTICE = 10.0  # a bound that a loaded machine in software keeps; on metal it is milliseconds


@CARRIERS
def test_the_address_is_shown_confirmed_and_right(played: Played, carrier: str) -> None:
    facts = played(f"address {carrier}")
    assert facts["address"]["answer"]["address"] == ADDRESS
    assert facts["address"]["answer"]["shown"] is True
    assert "".join(facts["shown"][2:]).replace(" ", "") == ADDRESS
    assert facts["end"]["answer"] == "ended"


@CARRIERS
def test_the_signature_holds_for_a_library_that_did_not_make_it(played: Played, carrier: str) -> None:
    facts = played(f"signature {carrier}")
    signed = facts["signed"]["answer"]
    raw, message = base64.b64decode(signed["signature"]), facts["message"].encode()
    framed = b"\x18Bitcoin Signed Message:\n" + _counted(message)
    digest = hashlib.sha256(hashlib.sha256(framed).digest()).digest()
    recovery = (raw[0] - 27) & 3
    key = PublicKey.from_signature_and_message(raw[1:] + bytes([recovery]), digest, hasher=None)
    root = bip32.HDKey.from_seed(bip39.mnemonic_to_seed(" ".join(["all"] * 12)))
    assert key.format() == root.derive("m/84h/0h/0h/0/0").to_public().key.sec()
    assert signed["address"] == ADDRESS


def test_the_command_line_reaches_the_wallet_as_a_person(played: Played) -> None:
    facts = played("command line usb")
    assert facts["code"] == 0, facts
    assert json.loads(facts["answer"][0])["address"] == ADDRESS


@CARRIERS
def test_no_pressed_is_told_and_the_session_goes_on(played: Played, carrier: str) -> None:
    facts = played(f"refusal {carrier}")
    assert facts["refused"]["error"] == "NoPressed"
    assert facts["after"]["answer"] == ADDRESS


@CARRIERS
@pytest.mark.parametrize("phase", _PHASES)
def test_a_pulled_plug_is_told_at_once_in_every_phase(played: Played, carrier: str, phase: str) -> None:
    facts = played(f"unplug {phase} {carrier}")
    assert facts["asked"]["error"] == "DeviceGone", facts["asked"]
    assert facts["asked"]["seconds"] < _SECONDS_TO_NOTICE
    assert "Connect it again" in facts["asked"]["remedy"]
    assert facts["left"]["answer"] == "let go"


@CARRIERS
def test_an_idle_wallet_that_left_is_not_present(played: Played, carrier: str) -> None:
    facts = played(f"unplug idle {carrier}")
    assert (facts["before"]["answer"], facts["after"]["answer"]) == (True, False)
    assert not [one for one in facts["listed"]["answer"] if one["path"].startswith(carrier)]


@CARRIERS
def test_a_wallet_that_was_put_back_is_begun_anew(played: Played, carrier: str) -> None:
    facts = played(f"unplug quick re-plug {carrier}")
    assert facts["present"]["answer"] is False
    assert facts["asked"]["error"] == "DeviceGone"
    assert facts["anew"]["answer"]["model"] == "Classic 1S"


@CARRIERS
def test_two_seawalls_cannot_share_a_wallet(played: Played, carrier: str) -> None:
    facts = played(f"second program {carrier}")
    assert facts["meanwhile"]["error"] == "HeldBySeawall"
    assert "another Seawall (process " in facts["meanwhile"]["message"]
    assert facts["undisturbed"]["answer"] == ADDRESS
    assert "answer" in facts["afterwards"]


@CARRIERS
def test_a_crash_lets_go_of_the_wallet(played: Played, carrier: str) -> None:
    facts = played(f"crash {carrier}")
    assert facts["before"]["error"] == "HeldBySeawall"
    assert f"process {facts['pid']}" in facts["before"]["message"]
    assert "answer" in facts["after"]


def test_a_program_that_holds_the_interface_is_named(played: Played) -> None:
    facts = played("foreign program usb")
    assert facts["claimed"]["answer"] == "claimed"
    assert facts["refused"]["error"] == "DeviceBusy"
    assert f"(process {facts['pid']}) holds it" in facts["refused"]["message"]
    assert "answer" in facts["after"]
    (held,) = facts["doctor"]["answer"]
    assert held["kind"] == "held"
    assert f"(process {facts['pid']}) holds it" in held["found"]


@CARRIERS
def test_a_report_of_an_earlier_conversation_is_thrown_away(played: Played, carrier: str) -> None:
    facts = played(f"stale report {carrier}")
    assert facts["taken"] is True
    assert facts["began"]["answer"]["model"] == "Classic 1S"
    assert facts["after"]["answer"] == ADDRESS


@CARRIERS
def test_another_device_in_the_same_place_is_refused_and_the_known_one_taken_back(
    played: Played, carrier: str
) -> None:
    facts = played(f"another serial {carrier}")
    assert facts["refused"]["error"] == ("NoDevice" if carrier == "usb" else "WrongWallet")
    assert facts["same"]["answer"] == "held"


@CARRIERS
def test_plugging_is_noticed_by_the_systems_news(played: Played, carrier: str) -> None:
    facts = played(f"hot-plug {carrier}")
    for step in ("in", "out", "in again"):
        assert facts[step]["came"], facts
        assert facts[step]["waited_s"] < _SECONDS_TO_NOTICE


def _counted(message: bytes) -> bytes:
    size = len(message)
    return (bytes([size]) if size < 253 else b"\xfd" + size.to_bytes(2, "little")) + message
