"""The authenticity challenge's messages: type numbers, field numbers and types.

The small devices (Classic, 1S, Mini, Pure) answer the first pair; the large ones (Touch, Pro) the two others.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from desktop.hw.wire.codec import Message


class VerifyDevice(Message, frozen=True):
    number: ClassVar[int] = 909
    data: Annotated[bytes, 1]


class VerifyDeviceAck(Message, frozen=True):
    number: ClassVar[int] = 910
    certificate: Annotated[bytes, 1]
    signature: Annotated[bytes, 2]


class ReadCertificate(Message, frozen=True):
    number: ClassVar[int] = 10007


class DeviceCertificate(Message, frozen=True):
    number: ClassVar[int] = 10008
    certificate: Annotated[bytes, 1]


class SignChallenge(Message, frozen=True):
    number: ClassVar[int] = 10012
    message: Annotated[bytes, 1]


class ChallengeSignature(Message, frozen=True):
    number: ClassVar[int] = 10013
    signature: Annotated[bytes, 1]


TABLES: tuple[type[Message], ...] = (
    VerifyDevice, VerifyDeviceAck, ReadCertificate, DeviceCertificate, SignChallenge, ChallengeSignature,
)  # fmt: skip
