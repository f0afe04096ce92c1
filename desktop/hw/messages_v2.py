"""The messages that wire protocol version 2 has of its own: who the device is, and how its wallet is opened.

Experimental: the numbers have moved between versions of the maker's client, and no firmware was at hand. Wallet
requests keep the numbers they have in version 1. Success and Failure may come with either number.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw import messages as m
from desktop.hw.wire.codec import Body, Message

PIN_ANY, PIN_MAIN, PIN_ATTACHED = 1, 2, 3
STANDARD_SEED = 1


class Ping(Message, frozen=True):
    number: ClassVar[int] = 60206
    message: Annotated[str | None, 1] = None


class Success(m.Success, frozen=True):
    number: ClassVar[int] = 60207


class Failure(m.Failure, frozen=True):
    number: ClassVar[int] = 60208


class ProtocolInfoRequest(Message, frozen=True):
    """`eventless_wallet_session`: ask for PIN and passphrase with requests of ours, never in the middle of others."""

    number: ClassVar[int] = 60200
    eventless_wallet_session: Annotated[bool | None, 1] = None


class ProtocolInfo(Message, frozen=True):
    number: ClassVar[int] = 60201
    version: Annotated[int | None, 1] = None
    build_fingerprint: Annotated[str | None, 2] = None
    supported_messages: Annotated[tuple[int, ...], 3] = ()


class InfoTargets(Body, frozen=True):
    hardware: Annotated[bool | None, 100] = None
    firmware: Annotated[bool | None, 200] = None
    status: Annotated[bool | None, 10000] = None


class InfoKinds(Body, frozen=True):
    version: Annotated[bool | None, 10] = None
    specific: Annotated[bool | None, 40] = None


class DeviceInfoGet(Message, frozen=True):
    number: ClassVar[int] = 60600
    targets: Annotated[InfoTargets | None, 1] = None
    kinds: Annotated[InfoKinds | None, 2] = None


class Image(Body, frozen=True):
    version: Annotated[str | None, 10] = None


class Hardware(Body, frozen=True):
    device_type: Annotated[int | None, 10] = None
    serial_no: Annotated[str | None, 11] = None
    device_id: Annotated[str | None, 12] = None


class Firmware(Body, frozen=True):
    boot: Annotated[Image | None, 20] = None
    app: Annotated[Image | None, 30] = None


class Status(Body, frozen=True):
    language: Annotated[str | None, 100] = None
    initialized: Annotated[bool | None, 102] = None
    passphrase_protection: Annotated[bool | None, 201] = None
    label: Annotated[str | None, 300] = None


class DeviceInfo(Message, frozen=True):
    number: ClassVar[int] = 60601
    protocol_version: Annotated[int | None, 1] = None
    hardware: Annotated[Hardware | None, 100] = None
    firmware: Annotated[Firmware | None, 200] = None
    status: Annotated[Status | None, 10000] = None


class SessionGet(Message, frozen=True):
    number: ClassVar[int] = 61200
    session_id: Annotated[bytes | None, 1] = None
    btc_test_address: Annotated[str | None, 2] = None


class SessionOpen(Message, frozen=True):
    """The open wallet: a name for the session, and its first address on Bitcoin's test network."""

    number: ClassVar[int] = 61201
    session_id: Annotated[bytes | None, 1] = None
    btc_test_address: Annotated[str | None, 2] = None


class SessionAskPin(Message, frozen=True):
    number: ClassVar[int] = 61202
    type: Annotated[int | None, 1] = None


class SessionAskPassphrase(Message, frozen=True):
    number: ClassVar[int] = 61203
    passphrase: Annotated[str | None, 1] = None
    on_device: Annotated[bool | None, 2] = None
    seed_domains: Annotated[tuple[int, ...], 3] = ()

    def __repr__(self) -> str:
        return "SessionAskPassphrase(…)"


TABLES: tuple[type[Message], ...] = (
    Ping, Success, Failure, ProtocolInfoRequest, ProtocolInfo, DeviceInfoGet, DeviceInfo, SessionGet, SessionOpen,
    SessionAskPin, SessionAskPassphrase,
)  # fmt: skip
