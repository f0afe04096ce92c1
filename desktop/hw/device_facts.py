"""Gathers what the doctor judges: by looking alone, or by asking each wallet who it is; never by asking a person."""

from __future__ import annotations

import http.client
import os
import sys
import threading
from pathlib import Path

import msgspec

from desktop.domain.errors import DeviceTrouble
from desktop.hw import doctor, errors, public_keys
from desktop.hw.carriers import discovery, hid_transport
from desktop.hw.carriers.hid_transport import HidTransport
from desktop.hw.carriers.transport import Transport
from desktop.hw.carriers.usb_transport import UsbTransport, node_of
from desktop.hw.doctor import DeviceFacts, SeenDevice
from desktop.hw.prompts import Answer, Declined, Prompt
from desktop.hw.session import Session
from desktop.hw.udev_coverage import covered

BRIDGE = ("127.0.0.1", 21320)
_BRIDGE_PATIENCE_S = 0.5
_PATIENCE_S = 3.0
_ANSWER_OF_TROUBLE: tuple[tuple[type[DeviceTrouble], doctor.Answer], ...] = (
    (errors.InBootloader, "bootloader"),
    (errors.AccessDenied, "no access"),
    (errors.DoesNotAnswer, "silent"),
    (errors.DeviceBusy, "busy"),
    (errors.DeviceGone, "gone"),
    (errors.NoDevice, "gone"),
)


def gathered(*, ask: bool) -> DeviceFacts:
    """Return the facts as they are now; with `ask` each wallet that can be had is opened and asked for its features.

    Takes up to some seconds for each wallet that is asked; blocks. Never raises for what a device or the system does.
    """
    library = remedy = ""
    found: list[Transport] = []
    fido: list[str] = []
    try:
        found = discovery.connected()
        fido = [look.words or look.name for look in hid_transport.fido_seen()]
    except errors.LibraryMissing as missing:
        library, remedy = missing.library, missing.remedy
    return DeviceFacts(
        opened_by=opened_by_rules(),
        as_root=hasattr(os, "geteuid") and os.geteuid() == 0,
        library=library,
        library_remedy=remedy,
        seen=tuple(_asked(one) if ask else _seen(one) for one in found),
        fido=tuple(fido),
        bridge=bridge_answers(),
    )


def opened_by_rules() -> dict[str, str] | None:
    """Return which OneKey products the system's rules open, each with its file; None without readable rules."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        return covered()
    except OSError:
        return None


def bridge_answers(place: tuple[str, int] = BRIDGE) -> bool:
    """Return whether the vendor's bridge answers on this machine; it may hold a wallet."""
    line = http.client.HTTPConnection(*place, timeout=_BRIDGE_PATIENCE_S)
    try:
        line.request("POST", "/")
        return b"version" in line.getresponse().read(4096)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _seen(transport: Transport) -> SeenDevice:
    look = transport.look if isinstance(transport, UsbTransport | HidTransport) else None
    return SeenDevice(
        path=transport.path,
        product=transport.product,
        product_id=f"{look.product_id:04x}" if look else "",
        bootloader=transport.bootloader,
        may_open=_may_open(transport),
    )


def _may_open(transport: Transport) -> bool | None:
    node = _node(transport)
    return None if node is None else os.access(node, os.R_OK | os.W_OK)


def _node(transport: Transport) -> Path | None:
    if isinstance(transport, UsbTransport):
        return node_of(transport.look)
    if isinstance(transport, HidTransport) and sys.platform.startswith("linux"):
        return Path(transport.path.removeprefix("hid:"))
    return None


def _asked(transport: Transport) -> SeenDevice:
    seen = _seen(transport)
    if seen.bootloader or seen.may_open is False:
        return seen
    session = Session(transport, _Nobody(), quick_s=_PATIENCE_S)
    try:
        session.begin()
        answer: doctor.Answer = "locked" if session.features.unlocked is False else "ready"
        if session.features.initialized is False:
            answer = "empty"
        fingerprint = _fingerprint(session) if answer == "ready" else ""
    except DeviceTrouble as trouble:
        return _told(seen, trouble)
    finally:
        session.end()
    return msgspec.structs.replace(
        seen,
        answer=answer,
        model=session.identity.model,
        firmware=session.identity.firmware,
        bitcoin_only=session.identity.bitcoin_only,
        fingerprint=fingerprint,
    )


def _fingerprint(session: Session) -> str:
    """Return which wallet is open, or nothing where a person would have to be asked for it."""
    known = session.features
    open_now = known.unlocked is True or known.pin_protection is False
    if not open_now or known.passphrase_protection is not False:
        return ""
    try:
        return public_keys.fingerprint(session)
    except DeviceTrouble:
        return ""


class _Nobody:
    """Declines whatever the wallet asks."""

    def answer_to(self, prompt: Prompt, stop: threading.Event) -> Answer:
        return Declined(prompt.id)


def _told(seen: SeenDevice, trouble: DeviceTrouble) -> SeenDevice:
    answer = next((answer for kind, answer in _ANSWER_OF_TROUBLE if isinstance(trouble, kind)), "other")
    ours = isinstance(trouble, errors.HeldBySeawall)
    return msgspec.structs.replace(seen, answer=answer, words=trouble.message, remedy=trouble.remedy, ours=ours)
