"""What stands between a person and their wallet, and the one next step for each: from facts alone. Pure.

The facts are gathered in `desktop.hw.device_facts`; whoever knows more (which wallet is expected, what is wished)
adds it here.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from desktop.hw.identity import version_of
from desktop.hw.udev_coverage import AS_SHIPPED, VENDOR

Answer = Literal[
    "not asked", "ready", "locked", "empty", "silent", "bootloader", "no access", "busy", "gone", "other"
]
Kind = Literal[
    "no rule",
    "no library",
    "no access",
    "held",
    "bridge",
    "bootloader",
    "locked",
    "silent",
    "not set up",
    "old firmware",
    "wrong wallet",
    "fido alone",
    "several",
    "absent",
    "trouble",
    "fine",
]
RULE_NAME = "70-seawall-onekey.rules"
INSTALL_LINE = "seawall doctor --udev-rule install"
_SMALL = frozenset({"Classic", "Classic 1S", "Mini", "Pure"})
_LARGE = frozenset({"Touch", "Touch Pro", "Pro"})


class SeenDevice(msgspec.Struct, frozen=True):
    """A device as it was found. `may_open`: whether the system lets us, None where only trying tells.

    `answer` is what came of asking it who it is; `words` and `remedy` are those of what went wrong. `ours`: another
    Seawall holds it.
    """

    path: str
    product: str = ""
    product_id: str = ""
    bootloader: bool = False
    may_open: bool | None = None
    answer: Answer = "not asked"
    words: str = ""
    remedy: str = ""
    ours: bool = False
    model: str = ""
    firmware: str = ""
    bitcoin_only: bool = False
    fingerprint: str = ""


class DeviceFacts(msgspec.Struct, frozen=True):
    """The way to the wallet as it is here. `opened_by` maps OneKey product numbers to the rule that opens them, None
    where there is no udev or its rules cannot be read. `fido` names OneKeys whose FIDO interface alone may be used.
    """

    opened_by: dict[str, str] | None = None
    as_root: bool = False
    library: str = ""
    library_remedy: str = ""
    seen: tuple[SeenDevice, ...] = ()
    fido: tuple[str, ...] = ()
    bridge: bool = False


class Need(msgspec.Struct, frozen=True):
    """What the wallet's firmware has to know: `what` in words, and the version that knows it first.

    `small` is that of Classic, 1S, Mini and Pure, `large` that of Touch and Pro; "" where any does. `beyond_bitcoin`:
    the firmware for Bitcoin alone does not know it.
    """

    what: str
    small: str = ""
    large: str = ""
    beyond_bitcoin: bool = False


class Wish(msgspec.Struct, frozen=True):
    """What the wallet is wanted for. `fingerprints` are the master keys that are expected: any of them will do."""

    fingerprints: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()


class DeviceFinding(msgspec.Struct, frozen=True):
    """One thing found, in words, with exactly one next step (none for what is fine). `stops`: no wallet is reached.

    `mend` "udev-rule" means that Seawall itself can take that step, with the person's consent.
    """

    kind: Kind
    found: str
    remedy: str = ""
    stops: bool = True
    mend: Literal["", "udev-rule"] = ""


def diagnosed(facts: DeviceFacts, wish: Wish | None = None) -> list[DeviceFinding]:
    """Return what was found, what stops everything else first: a missing rule, a missing library, then devices."""
    found = [*_rule(facts), *_library(facts)]
    for device in facts.seen:
        found += _device(device, facts, wish or Wish())
    if len([device for device in facts.seen if not device.bootloader]) > 1:
        paths = ", ".join(device.path for device in facts.seen)
        found.append(
            DeviceFinding("several", f"several wallets are connected: {paths}", "Leave one connected.", stops=False)
        )
    found += _unseen(facts)
    if facts.bridge:
        words = "the OneKey bridge answers on 127.0.0.1:21320; it takes the wallet whenever a program asks it to"
        found.append(DeviceFinding("bridge", words, "Quit the OneKey app and its bridge.", stops=False))
    return found


def _rule(facts: DeviceFacts) -> list[DeviceFinding]:
    if facts.opened_by is None or facts.as_root:
        return []
    if any(device.may_open for device in facts.seen):
        return []  # whatever the rules say, it works
    wanted = {device.product_id for device in facts.seen if device.may_open is False} or set(AS_SHIPPED)
    lacking = sorted(wanted - facts.opened_by.keys())
    if not lacking:
        return []
    numbers = ", ".join(f"{VENDOR}:{product}" for product in lacking)
    return [
        DeviceFinding(
            "no rule",
            f"this system has no udev rule that opens the wallet ({numbers})",
            INSTALL_LINE,
            mend="udev-rule",
        )
    ]


def _library(facts: DeviceFacts) -> list[DeviceFinding]:
    if not facts.library:
        return []
    return [DeviceFinding("no library", f"{facts.library} cannot be loaded", facts.library_remedy)]


def _device(device: SeenDevice, facts: DeviceFacts, wish: Wish) -> list[DeviceFinding]:
    name = f"{device.model or device.product or 'the wallet'} at {device.path}"
    if device.bootloader or device.answer == "bootloader":
        return [
            DeviceFinding(
                "bootloader",
                f"{name} is in bootloader mode, waiting for an update",
                "Disconnect it and connect it again without holding a key.",
            )
        ]
    if device.may_open is False or device.answer == "no access":
        return _no_access(name, device, facts)
    match device.answer:
        case "busy" if device.ours:
            return [DeviceFinding("fine", f"{name}: {device.words}", stops=False)]
        case "busy":
            return [DeviceFinding("held", f"{name}: {device.words}", device.remedy)]
        case "silent":
            remedy = "Unlock it on its own screen; with its USB lock on it answers nobody before that."
            return [DeviceFinding("silent", f"{name} does not answer", remedy)]
        case "locked":
            return [DeviceFinding("locked", f"{name} is locked", "Unlock it with its PIN.", stops=False)]
        case "empty":
            remedy = "Set it up with its own program first."
            return [DeviceFinding("not set up", f"{name} holds no wallet yet", remedy)]
        case "gone" | "other":
            return [DeviceFinding("trouble", f"{name}: {device.words}", device.remedy)]
    return wished(name, device, wish) or [DeviceFinding("fine", name, stops=False)]


def _no_access(name: str, device: SeenDevice, facts: DeviceFacts) -> list[DeviceFinding]:
    found = f"the system does not let you open {name}"
    if facts.opened_by is None:
        return [DeviceFinding("no access", found, device.remedy or "Connect it again.")]
    rule = facts.opened_by.get(device.product_id)
    if rule is None:
        return [DeviceFinding("no access", found, "Install the udev rule above, then connect the wallet again.")]
    if rule != RULE_NAME:  # it opens the wallet to the seat alone; ours gives it to the group as well
        return [DeviceFinding("no access", f"{found}, though {rule} is there", INSTALL_LINE, mend="udev-rule")]
    return [
        DeviceFinding("no access", found, "Connect it again while you are logged in at this computer's own screen.")
    ]


def wished(name: str, device: SeenDevice, wish: Wish) -> list[DeviceFinding]:
    """Return what this device, called `name`, lacks for the wish; nothing of what it has not told yet."""
    found = []
    if wish.fingerprints and device.fingerprint and device.fingerprint not in wish.fingerprints:
        expected = " or ".join(wish.fingerprints)
        found.append(
            DeviceFinding(
                "wrong wallet",
                f"{name} opens wallet {device.fingerprint} where {expected} is expected",
                "Open it with the PIN and passphrase of the expected wallet, or connect that device.",
            )
        )
    if device.bitcoin_only:
        lacking = ", ".join(need.what for need in wish.needs if need.beyond_bitcoin)
        words = f"{name} has firmware for Bitcoin alone, without {lacking}"
        remedy = "Install the firmware for all coins with the OneKey app."
        return [*found, DeviceFinding("old firmware", words, remedy, stops=False)] if lacking else found
    return [*found, *_too_old(name, device, wish)]


def _too_old(name: str, device: SeenDevice, wish: Wish) -> list[DeviceFinding]:
    found = []
    for need in wish.needs:
        least = need.small if device.model in _SMALL else need.large if device.model in _LARGE else ""
        if least and device.firmware and version_of(device.firmware) < version_of(least):
            words = f"{name} has firmware {device.firmware}; {need.what} needs {least}"
            found.append(
                DeviceFinding("old firmware", words, "Update its firmware with the OneKey app.", stops=False)
            )
    return found


def _unseen(facts: DeviceFacts) -> list[DeviceFinding]:
    """Return what there is to say where no wallet shows its own interface."""
    if facts.seen or facts.library:
        return []
    if facts.fido:
        return [
            DeviceFinding(
                "fido alone",
                f"{', '.join(facts.fido)} is plugged in, but its wallet interface is closed to us; only FIDO shows",
                "Unlock it on its own screen and connect it again, without a hub between.",
            )
        ]
    return [
        DeviceFinding(
            "absent",
            "no wallet is connected",
            "Connect it with a data cable and unlock it; with its USB lock on it stays unseen before that.",
        )
    ]
