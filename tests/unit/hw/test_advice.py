"""What the device's thread tells of a wallet that it cannot reach."""

from desktop.hw import errors
from desktop.hw.advice import Advice
from desktop.hw.doctor import DeviceFacts, SeenDevice

NO_RULE = DeviceFacts(opened_by={})
IN_ORDER = DeviceFacts(opened_by={"53c0": "70.rules", "53c1": "70.rules"})


class Looks:
    def __init__(self, facts: DeviceFacts) -> None:
        self.facts = facts
        self.times = 0

    def __call__(self) -> DeviceFacts:
        self.times += 1
        return self.facts


def test_the_missing_rule_explains_why_there_is_no_wallet() -> None:
    finding = Advice(Looks(NO_RULE)).on(errors.NoDevice())
    assert finding is not None
    assert (finding.kind, finding.mend) == ("no rule", "udev-rule")


def test_plain_absence_needs_no_more_words() -> None:
    assert Advice(Looks(IN_ORDER)).on(errors.NoDevice()) is None


def test_what_the_doctor_cannot_know_better_is_left_alone() -> None:
    looks = Looks(NO_RULE)
    assert Advice(looks).on(errors.NotSetUp()) is None
    assert Advice(looks).on(errors.DeviceBusy()) is None
    assert looks.times == 0


def test_it_looks_again_for_another_trouble_after_a_while_or_when_told() -> None:
    now_s = [0.0]
    looks = Looks(NO_RULE)
    advice = Advice(looks, lambda: now_s[0])
    for _ in range(5):
        advice.on(errors.NoDevice())
    assert looks.times == 1
    advice.on(errors.AccessDenied("usb:A"))
    assert looks.times == 2
    now_s[0] = 30.0
    advice.on(errors.AccessDenied("usb:A"))
    assert looks.times == 3
    looks.facts = DeviceFacts(
        opened_by=IN_ORDER.opened_by, seen=(SeenDevice("usb:A", product_id="53c1", may_open=False),)
    )
    advice.forget()
    finding = advice.on(errors.AccessDenied("usb:A"))
    assert finding is not None
    assert finding.kind == "no access"
