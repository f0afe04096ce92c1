"""How a conversation with a device begins, whatever earlier ones left in the pipe, in either version of the wire."""

from __future__ import annotations

import secrets
import time
from typing import TypeVar

from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw import messages_v2 as v2
from desktop.hw.wire.codec import Message
from desktop.hw.wire.link import Link

A = TypeVar("A", bound=Message)

GREETING_S = 8.0
_SECOND_S, _SECOND_TRIES = 1.0, 2
_INFO_REQUEST = v2.DeviceInfoGet(
    targets=v2.InfoTargets(hardware=True, firmware=True, status=True), kinds=v2.InfoKinds(version=True, specific=True)
)


def greet(link: Link) -> m.Features:
    """Open the link and return who answers, in the version of the protocol that it speaks.

    The first version is tried, then the second; the other way round where its number on the bus says the second.

    Raises what `Link.open` raises, and Silent if nobody answers in either.
    """
    order = (_second, _first) if link.second_protocol_first else (_first, _second)
    try:
        return order[0](link)
    except (errors.Silent, errors.Garbage):
        link.let_go()
    return order[1](link)


def _first(link: Link) -> m.Features:
    """Begin with Initialize; what is no answer to it is of an earlier conversation.

    If there was anything of the kind, a ping with a fresh word tells where the old answers end.
    """
    link.open(1)
    stale = link.clear() > 0
    heard = _Heard(link, min(GREETING_S, link.quick_s))
    link.send(m.Initialize())
    features = heard.until_features()
    if (stale or heard.skipped) and not features.bootloader_mode:
        word = secrets.token_hex(8)
        link.send(m.Ping(message=word))
        features = heard.until_word(word) or features
    return features


def _second(link: Link) -> m.Features:
    link.open(2)
    link.clear()
    heard = _Heard(link, min(_SECOND_S, link.quick_s))
    for attempt in range(_SECOND_TRIES):
        word = secrets.token_hex(8)
        link.send(v2.Ping(message=word))
        try:
            heard.until_word(word)
            break
        except errors.Silent:
            if attempt == _SECOND_TRIES - 1:
                raise
            heard = _Heard(link, min(_SECOND_S, link.quick_s))
    return features_v2(link)


def features_v2(link: Link) -> m.Features:
    """Return what a device of the second protocol says of itself, in the words of the first."""
    link.send(v2.ProtocolInfoRequest(eventless_wallet_session=True))
    _one(link, v2.ProtocolInfo)
    link.send(_INFO_REQUEST)
    info = _one(link, v2.DeviceInfo)
    hardware, status = info.hardware or v2.Hardware(), info.status or v2.Status()
    firmware = info.firmware.app.version if info.firmware and info.firmware.app else None
    return m.Features(
        vendor="onekey.so",
        device_id=hardware.device_id or hardware.serial_no,
        passphrase_protection=status.passphrase_protection,
        label=status.label,
        language=status.language,
        initialized=status.initialized,
        model="pro2",
        onekey_serial_no=hardware.serial_no,
        onekey_firmware_version=firmware,
    )


def _one(link: Link, kind: type[A]) -> A:
    answer = link.next(link.quick_s)
    if not isinstance(answer, kind):
        raise errors.Garbage(f"no {kind.__name__} to the greeting")
    return answer


class _Heard:
    """Reads until a deadline, past what belongs to earlier conversations."""

    def __init__(self, link: Link, patience_s: float) -> None:
        self.skipped = 0
        self._link = link
        self._patience_s = patience_s
        self._deadline = time.monotonic() + patience_s

    def until_features(self) -> m.Features:
        while True:
            answer = self._next()
            if isinstance(answer, m.Features):
                return answer
            self.skipped += 1

    def until_word(self, word: str) -> m.Features | None:
        """Read up to the pong with this word; return the last Features before it, the answer to our Initialize."""
        features = None
        while True:
            answer = self._next()
            if isinstance(answer, m.Success) and answer.message == word:
                return features
            if isinstance(answer, m.Failure) and answer.code == m.UNEXPECTED_MESSAGE:
                return features
            if isinstance(answer, m.Features):
                features = answer

    def _next(self) -> Message | int:
        while True:
            remaining_s = self._deadline - time.monotonic()
            if remaining_s <= 0:
                raise errors.Silent(self._patience_s)
            try:
                return self._link.next(remaining_s)
            except errors.Garbage:
                self.skipped += 1
