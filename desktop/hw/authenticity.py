"""The authenticity challenge: the device's secure element signs random bytes and shows its certificate.

What it proves: whoever answered holds the key that the certificate names. It does not prove who issued that
certificate, since no root key is published; the maker's own app asks the maker's server. So the verdict never says
that a device is the maker's.

Runs on the thread that owns the session. Raises DeviceTrouble (`desktop.hw.errors`).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable

import msgspec

from desktop.domain.errors import BadInput
from desktop.domain.signatures import Certificate, certificate_holds, read_certificate
from desktop.hw import authenticity_messages as messages
from desktop.hw.public_keys import not_proved
from desktop.hw.session import Session

VERDICT = "signature matches its certificate; who issued the certificate cannot be checked here"
_CHALLENGE_SIZE = 32
_SCREEN = ("Check the device's authenticity?",)
_LARGE_MODELS = frozenset({"Touch", "Touch Pro", "Pro"})


class Authenticity(msgspec.Struct, frozen=True):
    """What the challenge showed. Challenge, certificate and signature are base64, to be checked elsewhere as well."""

    verdict: str
    subject: str
    issuer: str
    self_issued: bool
    serial_number: str
    not_before_ms: int
    not_after_ms: int
    key: str
    challenge: str
    certificate: str
    signature: str


def authenticity(session: Session, random: Callable[[int], bytes] = secrets.token_bytes) -> Authenticity:
    """Challenge the device; the person confirms it on the screen.

    Raises NotProved, and drops the link, if the certificate cannot be read or its key did not make the signature.
    """
    challenge = random(_CHALLENGE_SIZE)
    data = hashlib.sha256(challenge).digest()
    large = session.identity.model in _LARGE_MODELS
    certificate, signature = _asked_large(session, data) if large else _asked_small(session, data)
    try:
        said = read_certificate(certificate)
        # a small device's element signs these 32 bytes as a digest, a large device hashes them once more
        digests = (data, hashlib.sha256(data).digest())
        holds = any(certificate_holds(certificate, digest, signature) for digest in digests)
    except BadInput as error:
        not_proved(session, error.message)
    if not holds:
        not_proved(session, "the signature does not match the certificate that came with it")
    return _told(said, challenge, certificate, signature)


def _asked_small(session: Session, data: bytes) -> tuple[bytes, bytes]:
    answer = session.call(messages.VerifyDevice(data=data), messages.VerifyDeviceAck, screen=_SCREEN)
    return answer.certificate, answer.signature


def _asked_large(session: Session, data: bytes) -> tuple[bytes, bytes]:
    certificate = session.call(messages.ReadCertificate(), messages.DeviceCertificate).certificate
    answer = session.call(messages.SignChallenge(message=data), messages.ChallengeSignature, screen=_SCREEN)
    return certificate, answer.signature


def _told(said: Certificate, challenge: bytes, certificate: bytes, signature: bytes) -> Authenticity:
    return Authenticity(
        verdict=VERDICT,
        subject=said.subject,
        issuer=said.issuer,
        self_issued=said.subject == said.issuer,
        serial_number=said.serial_number,
        not_before_ms=said.not_before_ms,
        not_after_ms=said.not_after_ms,
        key=said.key,
        challenge=base64.b64encode(challenge).decode(),
        certificate=base64.b64encode(certificate).decode(),
        signature=base64.b64encode(signature).decode(),
    )
