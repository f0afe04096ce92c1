"""The messages of the wallet protocol: type numbers, field numbers and types.

OneKey's own fields of Features are numbered from 500 on. 518 and 613 are text on one model and bytes on another; both
are read as bytes. Every field of an answer that some firmware leaves out is optional.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.wire.codec import Body, Message

Path = tuple[int, ...]

UNEXPECTED_MESSAGE, DATA_ERROR, ACTION_CANCELLED = 1, 3, 4
BUTTON_EXPECTED, PIN_EXPECTED, PIN_CANCELLED, PIN_INVALID = 2, 5, 6, 7
PROCESS_ERROR, NOT_ENOUGH_FUNDS, NOT_INITIALIZED, INVALID_SESSION = 9, 10, 11, 14

BUTTON_OTHER, BUTTON_PROTECT_CALL, BUTTON_SIGN_TX, BUTTON_ADDRESS = 1, 7, 8, 10
BUTTON_FEE_OVER_THRESHOLD, BUTTON_CONFIRM_OUTPUT = 2, 3
BUTTON_PUBLIC_KEY, BUTTON_PASSPHRASE_ENTRY, BUTTON_PIN_ENTRY, BUTTON_ATTACH_PIN = 11, 19, 20, 8000
PIN_CURRENT, PIN_ATTACHED = 1, 8000


class Initialize(Message, frozen=True):
    number: ClassVar[int] = 0
    session_id: Annotated[bytes | None, 1] = None
    passphrase_state: Annotated[str | None, 8000] = None
    is_contains_attach: Annotated[bool | None, 8001] = None


class Ping(Message, frozen=True):
    number: ClassVar[int] = 1
    message: Annotated[str | None, 1] = None
    button_protection: Annotated[bool | None, 2] = None


class Success(Message, frozen=True):
    number: ClassVar[int] = 2
    message: Annotated[str | None, 1] = None


class Failure(Message, frozen=True):
    number: ClassVar[int] = 3
    code: Annotated[int | None, 1] = None
    message: Annotated[str | None, 2] = None


class GetPublicKey(Message, frozen=True):
    number: ClassVar[int] = 11
    address_n: Annotated[Path, 1] = ()
    ecdsa_curve_name: Annotated[str | None, 2] = None
    show_display: Annotated[bool | None, 3] = None
    coin_name: Annotated[str | None, 4] = None
    script_type: Annotated[int | None, 5] = None
    ignore_xpub_magic: Annotated[bool | None, 6] = None


class HDNode(Body, frozen=True):
    depth: Annotated[int, 1]
    fingerprint: Annotated[int, 2]
    child_num: Annotated[int, 3]
    chain_code: Annotated[bytes, 4]
    public_key: Annotated[bytes, 6]


class PublicKey(Message, frozen=True):
    number: ClassVar[int] = 12
    node: Annotated[HDNode, 1]
    xpub: Annotated[str | None, 2] = None
    root_fingerprint: Annotated[int | None, 3] = None


class Features(Message, frozen=True):
    number: ClassVar[int] = 17
    vendor: Annotated[str | None, 1] = None
    major_version: Annotated[int | None, 2] = None
    minor_version: Annotated[int | None, 3] = None
    patch_version: Annotated[int | None, 4] = None
    bootloader_mode: Annotated[bool | None, 5] = None
    device_id: Annotated[str | None, 6] = None
    pin_protection: Annotated[bool | None, 7] = None
    passphrase_protection: Annotated[bool | None, 8] = None
    language: Annotated[str | None, 9] = None
    label: Annotated[str | None, 10] = None
    initialized: Annotated[bool | None, 12] = None
    revision: Annotated[bytes | None, 13] = None
    unlocked: Annotated[bool | None, 16] = None
    firmware_present: Annotated[bool | None, 18] = None
    model: Annotated[str | None, 21] = None
    fw_vendor: Annotated[str | None, 25] = None
    capabilities: Annotated[tuple[int, ...], 30] = ()
    session_id: Annotated[bytes | None, 35] = None
    passphrase_always_on_device: Annotated[bool | None, 36] = None
    safety_checks: Annotated[int | None, 37] = None
    busy: Annotated[bool | None, 41] = None
    internal_model: Annotated[str | None, 44] = None
    ble_name: Annotated[str | None, 501] = None
    se_version: Annotated[str | None, 506] = None
    onekey_version: Annotated[str | None, 508] = None
    onekey_serial: Annotated[str | None, 509] = None
    serial_no: Annotated[str | None, 511] = None
    build_id: Annotated[bytes | None, 518] = None
    onekey_device_type: Annotated[int | None, 600] = None
    onekey_se_version: Annotated[str | None, 606] = None
    onekey_firmware_version: Annotated[str | None, 609] = None
    onekey_serial_no: Annotated[str | None, 612] = None
    onekey_boot_build_id: Annotated[bytes | None, 613] = None
    onekey_ble_name: Annotated[str | None, 614] = None
    attach_to_pin_user: Annotated[bool | None, 625] = None
    unlocked_attach_pin: Annotated[bool | None, 626] = None


class PinMatrixRequest(Message, frozen=True):
    number: ClassVar[int] = 18
    type: Annotated[int | None, 1] = None


class PinMatrixAck(Message, frozen=True):
    number: ClassVar[int] = 19
    pin: Annotated[str, 1]

    def __repr__(self) -> str:
        return "PinMatrixAck(…)"


class Cancel(Message, frozen=True):
    number: ClassVar[int] = 20


class LockDevice(Message, frozen=True):
    number: ClassVar[int] = 24


class ButtonRequest(Message, frozen=True):
    number: ClassVar[int] = 26
    code: Annotated[int | None, 1] = None
    pages: Annotated[int | None, 2] = None


class ButtonAck(Message, frozen=True):
    number: ClassVar[int] = 27


class ApplyFlags(Message, frozen=True):
    """Set bits that a program keeps on the device; other programs use it to have the PIN asked."""

    number: ClassVar[int] = 28
    flags: Annotated[int, 1]


class PassphraseRequest(Message, frozen=True):
    number: ClassVar[int] = 41
    exists_attach_pin_user: Annotated[bool | None, 8000] = None


class PassphraseAck(Message, frozen=True):
    number: ClassVar[int] = 42
    passphrase: Annotated[str | None, 1] = None
    on_device: Annotated[bool | None, 3] = None
    on_device_attach_pin: Annotated[bool | None, 8000] = None

    def __repr__(self) -> str:
        return "PassphraseAck(…)"


class GetFeatures(Message, frozen=True):
    number: ClassVar[int] = 55


class EndSession(Message, frozen=True):
    number: ClassVar[int] = 83


class PinOnDevice(Message, frozen=True):
    """OneKey's own answer to PinMatrixRequest: the person types the PIN on the device."""

    number: ClassVar[int] = 10000


class GetPassphraseState(Message, frozen=True):
    number: ClassVar[int] = 10028


class PassphraseState(Message, frozen=True):
    """`passphrase_state` names the open wallet: its first address on Bitcoin's test network."""

    number: ClassVar[int] = 10029
    passphrase_state: Annotated[str, 1]
    session_id: Annotated[bytes | None, 2] = None
    unlocked_attach_pin: Annotated[bool | None, 3] = None


class UnlockDevice(Message, frozen=True):
    number: ClassVar[int] = 10030


class UnlockDeviceResponse(Message, frozen=True):
    number: ClassVar[int] = 10031
    unlocked: Annotated[bool | None, 1] = None
    unlocked_attach_pin: Annotated[bool | None, 2] = None
    passphrase_protection: Annotated[bool | None, 3] = None


TABLES: tuple[type[Message], ...] = (
    Initialize, Ping, Success, Failure, GetPublicKey, PublicKey, Features, PinMatrixRequest, PinMatrixAck, Cancel,
    LockDevice, ButtonRequest, ButtonAck, PassphraseRequest, PassphraseAck, GetFeatures, EndSession, PinOnDevice,
    ApplyFlags, GetPassphraseState, PassphraseState, UnlockDevice, UnlockDeviceResponse,
)  # fmt: skip
