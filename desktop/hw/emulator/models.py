"""Which devices the emulator can be, how one is made up, and what each says of itself."""

from __future__ import annotations

from typing import Literal, NamedTuple

from desktop.hw.messages import Features

_SMALL_CAPABILITIES = (1, 2, 5, 7, 10, 12, 14)  # Bitcoin, its like, other coins, FIDO
_LARGE_CAPABILITIES = (*_SMALL_CAPABILITIES, 17, 18)  # a passphrase typed on it, a PIN for a hidden wallet
_NEW_SMALL_CAPABILITIES = (8000, 1000)  # the same PIN under another number, Ethereum's typed data
_BITCOIN_CAPABILITIES = (1, 5)
_NEW_SMALL_FROM = (3, 14, 0)
_STRICT, _PROMPT = 0, 2
_TEN_KEYS_FROM = (3, 12, 0)
_TEN_KEYS_MODELS = frozenset({"Classic 1S", "Pure"})


class Model(NamedTuple):
    """A model by the name people know, OneKey's type number, the protocol's model letter and the firmware version.

    `protocol` is that of its wire: 1, or 2 for the newest devices.
    """

    name: str
    device_type: int
    letter: str
    firmware: str
    bitcoin_only: bool = False
    protocol: int = 1

    @property
    def large(self) -> bool:
        """Return whether it runs the firmware of the devices with a touch screen, in protocol version 1."""
        return self.letter == "T" and self.protocol == 1

    @property
    def cancel_words(self) -> str:
        """Return what its firmware says when the person or the computer cancels."""
        return "Cancelled" if self.letter == "T" else "Action cancelled by user"

    @property
    def unknown_words(self) -> str:
        """Return what its firmware says to a message that it does not know or expect."""
        return "Unexpected message" if self.letter == "T" else "Unknown message"

    @property
    def pin_on_own_screen(self) -> bool:
        """Return whether it never asks the computer for the PIN."""
        return self.letter == "T"

    @property
    def ten_pin_keys(self) -> bool:
        """Return whether its PIN grid has a tenth key, the wide one below the nine."""
        return self.name in _TEN_KEYS_MODELS and version_of(self.firmware) >= _TEN_KEYS_FROM


class Setup(NamedTuple):
    """How one emulated device is made up.

    `attach_pin`: a second PIN that opens a hidden wallet, the one of `hidden`. `scrambled`: the PIN grid is shuffled
    for every request, as on the real screen; else its keys stand in the order of a keypad. `strict`: its safety
    checks are as shipped; else it only warns of what it cannot verify.
    """

    model: Model
    label: str = ""
    pin: str = ""
    passphrase: bool = False
    attach_pin: str = ""
    hidden: str = "attached"
    scrambled: bool = False
    strict: bool = True
    state: Literal["ready", "uninitialised", "bootloader"] = "ready"


MODELS = {
    "classic": Model("Classic", 0, "1", "3.9.0"),
    "classic-old": Model("Classic", 0, "1", "3.2.0"),
    "classic1s": Model("Classic 1S", 1, "1", "3.19.0"),
    "classic1s-old": Model("Classic 1S", 1, "1", "3.12.0"),
    "classic1s-first": Model("Classic 1S", 1, "1", "3.2.0"),
    "mini": Model("Mini", 2, "1", "3.9.0"),
    "touch": Model("Touch", 3, "T", "4.9.0"),
    "touch-old": Model("Touch", 3, "T", "4.4.0"),
    "pro": Model("Pro", 5, "T", "4.20.0"),
    "pure": Model("Pure", 6, "1", "3.19.0"),
    "pro2": Model("Pro 2", 7, "T", "1.0.0", protocol=2),
}


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers that compare; nothing for what is no version."""
    parts = text.split("-")[0].split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() for part in parts) else ()


def features_of(
    setup: Setup, *, device_id: str, serial: str, unlocked: bool, attached: bool, session: bytes
) -> Features:
    """Return what a shipped OneKey answers: a vendor and a version that are not its own, and its own fields."""
    model = setup.model
    return Features(
        vendor="trezor.io",
        major_version=2,
        minor_version=99,
        patch_version=99,
        bootloader_mode=setup.state == "bootloader",
        device_id=device_id,
        pin_protection=bool(setup.pin),
        passphrase_protection=setup.passphrase,
        language="en-US",
        label=setup.label,
        initialized=setup.state == "ready",
        unlocked=unlocked,
        model=model.letter,
        fw_vendor="OneKey Bitcoin-only" if model.bitcoin_only else "EMULATOR",
        capabilities=_capabilities(model),
        session_id=session or None,
        safety_checks=_STRICT if setup.strict else _PROMPT,
        onekey_version=model.firmware,
        onekey_device_type=model.device_type,
        onekey_firmware_version=model.firmware,
        onekey_serial_no=serial,
        attach_to_pin_user=bool(setup.attach_pin),
        unlocked_attach_pin=attached,
    )


def _capabilities(model: Model) -> tuple[int, ...]:
    if model.bitcoin_only:
        return _BITCOIN_CAPABILITIES
    if model.pin_on_own_screen:
        return _LARGE_CAPABILITIES
    newer = version_of(model.firmware) >= _NEW_SMALL_FROM
    return (*_SMALL_CAPABILITIES, *(_NEW_SMALL_CAPABILITIES if newer else ()))
