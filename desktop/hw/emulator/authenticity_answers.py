"""How the emulated device answers the authenticity challenge: with a certificate that says it is for practice."""

from __future__ import annotations

import hashlib

from desktop.domain.signatures import practice_certificate, practice_signature
from desktop.hw import authenticity_messages as messages
from desktop.hw import messages as m
from desktop.hw.emulator import screens
from desktop.hw.emulator.flow import Answer, Flow, Refusal, Wallet, at_once
from desktop.hw.wire.codec import Message

_SECRET = hashlib.sha256(b"Seawall practice device: this key is known to everybody").digest()
_NAME = "Seawall practice device, made by nobody"
_DIGEST_SIZE = 32
_SCREEN = ("Check the device's authenticity?", "A practice device: its certificate proves nothing")


def _verify(wallet: Wallet, message: messages.VerifyDevice) -> Flow:
    yield from wallet.opened()
    yield from wallet.confirmed(screens.lines(_SCREEN), m.BUTTON_PROTECT_CALL)
    if len(message.data) != _DIGEST_SIZE:
        raise Refusal(m.UNEXPECTED_MESSAGE, "Unexpected message")
    signature = practice_signature(_SECRET, message.data)
    return messages.VerifyDeviceAck(certificate=practice_certificate(_SECRET, _NAME), signature=signature)


def _certificate(wallet: Wallet, message: messages.ReadCertificate) -> Flow:
    return at_once(messages.DeviceCertificate(certificate=practice_certificate(_SECRET, _NAME)))


def _sign(wallet: Wallet, message: messages.SignChallenge) -> Flow:
    yield from wallet.confirmed(screens.lines(_SCREEN), m.BUTTON_PROTECT_CALL)
    digest = hashlib.sha256(message.message).digest()
    return messages.ChallengeSignature(signature=practice_signature(_SECRET, digest))


ANSWERS: dict[type[Message], Answer] = {
    messages.VerifyDevice: _verify,
    messages.ReadCertificate: _certificate,
    messages.SignChallenge: _sign,
}
