"""Which devices the emulator can be, and what each says of itself."""

from __future__ import annotations

from typing import NamedTuple

from desktop.hw.messages import Features

_CAPABILITIES = (1, 2, 5, 7, 9, 10, 14, 16)  # as a Classic lists them: Bitcoin first


class Model(NamedTuple):
    """A model by the name people know, OneKey's type number, the protocol's model letter and the firmware version."""

    name: str
    device_type: int
    letter: str
    firmware: str

    @property
    def pin_on_own_screen(self) -> bool:
        """Return whether it never asks the computer for the PIN."""
        return self.letter == "T"


MODELS = {
    "classic": Model("Classic", 0, "1", "3.9.0"),
    "classic1s": Model("Classic 1S", 1, "1", "3.19.0"),
    "mini": Model("Mini", 2, "1", "3.9.0"),
    "touch": Model("Touch", 3, "T", "4.9.0"),
    "pro": Model("Pro", 5, "T", "4.20.0"),
    "pure": Model("Pure", 6, "1", "3.19.0"),
}


def features_of(
    model: Model,
    *,
    label: str,
    device_id: str,
    serial: str,
    pin: bool,
    passphrase: bool,
    unlocked: bool,
    session: bytes,
) -> Features:
    """Return what a shipped OneKey answers: a vendor and a version that are not its own, and its own fields."""
    return Features(
        vendor="trezor.io",
        major_version=2,
        minor_version=99,
        patch_version=99,
        bootloader_mode=False,
        device_id=device_id,
        pin_protection=pin,
        passphrase_protection=passphrase,
        language="en-US",
        label=label,
        initialized=True,
        unlocked=unlocked,
        model=model.letter,
        fw_vendor="EMULATOR",
        capabilities=_CAPABILITIES,
        session_id=session or None,
        safety_checks=0,
        onekey_version=model.firmware,
        onekey_device_type=model.device_type,
        onekey_firmware_version=model.firmware,
        onekey_serial_no=serial,
    )
