"""What the doctor makes of facts: what stops everything comes first, and each finding has exactly one next step."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.hw.chain_needs import needs_of
from desktop.hw.doctor import DeviceFacts, Need, SeenDevice, Wish, diagnosed

RULES = dict.fromkeys(("53c0", "53c1"), "70-seawall-onekey.rules")
PRO = SeenDevice(
    "usb:P", "OneKey Pro", "53c1", answer="ready", model="Pro", firmware="4.20.0", fingerprint="aaaaaaaa"
)
OLD = SeenDevice("usb:C", "OneKey Classic 1S", "53c1", answer="ready", model="Classic 1S", firmware="3.12.0")
TREE = Wish(needs=(Need("typed data field by field", "3.14.0", "4.5.0"),))


def kinds(facts: DeviceFacts, wish: Wish | None = None) -> list[str]:
    return [finding.kind for finding in diagnosed(facts, wish)]


def seen(**more: object) -> DeviceFacts:
    return DeviceFacts(opened_by=RULES, seen=(SeenDevice("usb:A", "OneKey Pro", "53c1", **more),))  # type: ignore[arg-type]


def test_a_missing_rule_comes_first_and_can_be_mended_here() -> None:
    facts = DeviceFacts(opened_by={}, seen=(SeenDevice("usb:A", product_id="53c1", may_open=False),))
    first, second = diagnosed(facts)
    assert (first.kind, first.mend, first.remedy) == ("no rule", "udev-rule", "seawall doctor --udev-rule install")
    assert second.kind == "no access"
    assert kinds(DeviceFacts(opened_by={})) == ["no rule", "absent"]
    assert kinds(DeviceFacts(opened_by={}, as_root=True)) == ["absent"]


def test_a_wallet_that_may_be_opened_needs_no_rule() -> None:
    assert kinds(DeviceFacts(opened_by={}, seen=(SeenDevice("usb:A", may_open=True, answer="ready"),))) == ["fine"]


def test_a_wallet_in_its_own_mode_needs_its_own_rule() -> None:
    facts = DeviceFacts(opened_by=RULES, seen=(SeenDevice("usb:A", product_id="4f4b", may_open=False),))
    assert kinds(facts) == ["no rule", "no access"]
    assert "1209:4f4b" in diagnosed(facts)[0].found


def test_a_rule_that_does_not_help_is_told_apart() -> None:
    (finding,) = diagnosed(seen(may_open=False))
    assert finding.kind == "no access"
    assert "own screen" in finding.remedy
    theirs = DeviceFacts(opened_by={"53c1": "51-trezor.rules"}, seen=seen(may_open=False).seen)
    (finding,) = diagnosed(theirs)
    assert (finding.kind, finding.mend) == ("no access", "udev-rule")
    assert "51-trezor.rules is there" in finding.found


@pytest.mark.parametrize(
    ("more", "kind", "step"),
    [
        ({"bootloader": True}, "bootloader", "without holding a key"),
        ({"answer": "bootloader"}, "bootloader", "without holding a key"),
        ({"answer": "busy", "words": "onekey (process 7) holds it", "remedy": "Close it."}, "held", "Close it."),
        ({"answer": "silent"}, "silent", "USB lock"),
        ({"answer": "locked"}, "locked", "PIN"),
        ({"answer": "empty"}, "not set up", "Set it up"),
        ({"answer": "gone", "words": "it left", "remedy": "Again."}, "trouble", "Again."),
        ({"answer": "no access"}, "no access", "own screen"),
    ],
)
def test_each_trouble_has_its_own_next_step(more: dict[str, object], kind: str, step: str) -> None:
    (finding,) = diagnosed(seen(**more))
    assert finding.kind == kind
    assert step in finding.remedy


def test_our_own_other_window_is_no_trouble() -> None:
    assert kinds(seen(answer="busy", words="another Seawall (process 7) holds it", ours=True)) == ["fine"]


def test_a_bridge_that_answers_is_named() -> None:
    held = (SeenDevice("usb:A", answer="busy", words="held", remedy="Close it."),)
    assert kinds(DeviceFacts(opened_by=RULES, seen=held, bridge=True)) == ["held", "bridge"]
    assert kinds(DeviceFacts(opened_by=RULES, seen=(PRO,), bridge=True)) == ["fine", "bridge"]


def test_fido_alone_is_not_absence() -> None:
    assert kinds(DeviceFacts(opened_by=RULES)) == ["absent"]
    (finding,) = diagnosed(DeviceFacts(opened_by=RULES, fido=("OneKey Pro",)))
    assert finding.kind == "fido alone"
    assert "OneKey Pro is plugged in" in finding.found
    assert kinds(DeviceFacts(opened_by=RULES, fido=("OneKey Pro",), seen=(PRO,))) == ["fine"]


def test_the_wrong_wallet_is_told() -> None:
    facts = DeviceFacts(opened_by=RULES, seen=(PRO,))
    assert kinds(facts, Wish(("bbbbbbbb",))) == ["wrong wallet"]
    assert kinds(facts, Wish(("bbbbbbbb", "aaaaaaaa"))) == ["fine"]
    assert kinds(DeviceFacts(opened_by=RULES, seen=(OLD,)), Wish(("bbbbbbbb",))) == ["fine"]  # not known yet


def test_firmware_too_old_for_the_wish() -> None:
    (finding,) = diagnosed(DeviceFacts(opened_by=RULES, seen=(OLD,)), TREE)
    assert finding.kind == "old firmware"
    assert "3.12.0; typed data field by field needs 3.14.0" in finding.found
    assert kinds(DeviceFacts(opened_by=RULES, seen=(PRO,)), TREE) == ["fine"]


def test_a_model_whose_versions_nobody_knows_is_not_called_old() -> None:
    other = SeenDevice("usb:X", "OneKey", "53c1", answer="ready", model="Pro 2", firmware="0.9.0")
    assert kinds(DeviceFacts(opened_by=RULES, seen=(other,)), TREE) == ["fine"]


def test_firmware_for_bitcoin_alone_lacks_other_chains_and_nothing_of_bitcoin() -> None:
    alone = DeviceFacts(opened_by=RULES, seen=(msgspec.structs.replace(PRO, bitcoin_only=True),))
    (finding,) = diagnosed(alone, Wish(needs=needs_of(["bitcoin", "ethereum"])))
    assert (finding.kind, finding.stops) == ("old firmware", False)
    assert "firmware for Bitcoin alone, without Ethereum" in finding.found
    assert "all coins" in finding.remedy
    assert kinds(alone, Wish(needs=needs_of(["bitcoin"]))) == ["fine"]


def test_what_the_chains_in_use_need() -> None:
    wish = Wish(needs=needs_of(["bitcoin", "ethereum", "ethereum"]))
    assert len(wish.needs) == 1
    before = msgspec.structs.replace(OLD, firmware="3.2.0")
    (finding,) = diagnosed(DeviceFacts(opened_by=RULES, seen=(before,)), wish)
    assert "firmware 3.2.0; Ethereum with its network on the screen needs 3.3.0" in finding.found
    assert kinds(DeviceFacts(opened_by=RULES, seen=(OLD,)), wish) == ["fine"]


def test_several_wallets_and_a_missing_library() -> None:
    assert kinds(DeviceFacts(opened_by=RULES, seen=(PRO, OLD))) == ["fine", "fine", "several"]
    assert kinds(DeviceFacts(opened_by=RULES, library="libusb", library_remedy="Install it.")) == ["no library"]


@given(
    st.sampled_from([None, {}, RULES]),
    st.booleans(),
    st.lists(
        st.builds(
            SeenDevice,
            path=st.sampled_from(["usb:A", "hid:/dev/hidraw0"]),
            product_id=st.sampled_from(["53c1", "4f4b", ""]),
            bootloader=st.booleans(),
            may_open=st.sampled_from([None, True, False]),
            answer=st.sampled_from(["not asked", "ready", "locked", "empty", "silent", "busy", "no access"]),
            remedy=st.just("Do this."),
        ),
        max_size=3,
    ),
    st.booleans(),
)
def test_whatever_is_found_there_is_something_to_say_and_one_step(
    rules: dict[str, str] | None, root: bool, devices: list[SeenDevice], bridge: bool
) -> None:
    found = diagnosed(DeviceFacts(opened_by=rules, as_root=root, seen=tuple(devices), bridge=bridge))
    assert found
    assert all(finding.found for finding in found)
    assert all(bool(finding.remedy) == (finding.kind != "fine") for finding in found)
    places = [finding.kind == "no rule" for finding in found]
    assert places == sorted(places, reverse=True)
    assert len([1 for one, two in itertools.pairwise(found) if one == two and one.kind == "no rule"]) == 0
