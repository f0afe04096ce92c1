"""The authenticity challenge: a signature that matches its certificate, said honestly."""

import base64
import hashlib
from collections.abc import Iterable

import pytest
from Crypto.Hash import SHA256
from Crypto.PublicKey import ECC
from Crypto.Signature import DSS
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.domain.errors import BadInput
from desktop.domain.signatures import certificate_holds, practice_certificate, practice_signature, read_certificate
from desktop.hw import authenticity_messages as messages
from desktop.hw import errors
from desktop.hw import messages as m
from desktop.hw.authenticity import VERDICT, authenticity
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message
from tests.fakes.device_bench import emulator, session_with
from tests.fakes.scripted_device import Reply, ScriptedDevice

SECRET, OTHER = b"\1" * 32, b"\2" * 32
CERTIFICATE = practice_certificate(SECRET, "One")
CHALLENGE = b"c" * 32
DATA = hashlib.sha256(CHALLENGE).digest()


@pytest.mark.parametrize("model", ["classic", "classic1s", "mini", "pure", "touch", "pro"])
def test_the_practice_device_proves_its_key_to_another_library(model: str) -> None:
    with emulator(model=model, always_yes=True) as device, session_with(device) as session:
        found = authenticity(session)
    key = ECC.import_key(base64.b64decode(found.certificate))
    signed = hashlib.sha256(base64.b64decode(found.challenge)).digest()
    body = SHA256.new(signed) if model in ("touch", "pro") else _Digest(signed)
    DSS.new(key, "fips-186-3").verify(body, base64.b64decode(found.signature))  # type: ignore[arg-type]
    assert found.self_issued
    assert "practice" in found.subject
    assert found.key == "secp256r1"


class _Digest(SHA256.SHA256Hash):
    """A digest as it is, not hashed once more."""

    def __init__(self, digest: bytes) -> None:
        super().__init__(None)
        self._digest = digest

    def digest(self) -> bytes:
        return self._digest


def test_the_verdict_never_says_genuine() -> None:
    assert VERDICT == "signature matches its certificate; who issued the certificate cannot be checked here"
    with emulator(always_yes=True) as device, session_with(device) as session:
        found = authenticity(session)
        again = authenticity(session)
    assert found.verdict == VERDICT
    assert found.challenge != again.challenge


def test_no_is_no_pressed() -> None:
    def say_no(lines: tuple[str, ...], asks: bool) -> None:
        if asks:
            device.press(False)

    with (
        emulator(on_screen=say_no) as device,
        session_with(device) as session,
        pytest.raises(errors.NoPressed),
    ):
        authenticity(session)


def _opened(answer: Message) -> Session:
    def reply(message: Message) -> Iterable[Reply]:
        return [answer]

    session = Session(ScriptedDevice(reply))
    session.begin()
    return session


@pytest.mark.parametrize(
    ("certificate", "signature"),
    [
        (CERTIFICATE, practice_signature(OTHER, DATA)),
        (CERTIFICATE, practice_signature(SECRET, CHALLENGE)),
        (CERTIFICATE, practice_signature(SECRET, DATA)[:63]),
        (CERTIFICATE, bytes(64)),
        (CERTIFICATE, b"\xff" * 64),
        (CERTIFICATE[:-1], practice_signature(SECRET, DATA)),
        (b"", practice_signature(SECRET, DATA)),
        (b"-----BEGIN CERTIFICATE-----", practice_signature(SECRET, DATA)),
    ],
)
def test_what_does_not_match_drops_the_link(certificate: bytes, signature: bytes) -> None:
    session = _opened(messages.VerifyDeviceAck(certificate, signature))
    with pytest.raises(errors.NotProved, match="certificate"):
        authenticity(session, lambda size: CHALLENGE)
    assert session.over


def test_a_sound_answer_holds() -> None:
    session = _opened(messages.VerifyDeviceAck(CERTIFICATE, practice_signature(SECRET, DATA)))
    assert authenticity(session, lambda size: CHALLENGE).subject == "CN=One"


def test_a_simulator_without_a_secure_element_says_so() -> None:
    with pytest.raises(errors.NotSupported):
        authenticity(_opened(m.Failure(code=1)))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_broken_certificate_is_bad_input_and_nothing_else(data: st.DataObject) -> None:
    broken = bytearray(CERTIFICATE)
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        read_certificate(bytes(broken))
        certificate_holds(bytes(broken), DATA, bytes(64))
    except BadInput as refused:
        assert refused.message.startswith("the certificate cannot be read")  # noqa: PT017
