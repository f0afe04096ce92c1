"""Ed25519 keys and signatures, and those of certificates: the one door to the library `cryptography`.

Secrets, public keys 32 bytes, signatures 64 bytes. The library is loaded when first needed: it is large.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from desktop.domain.errors import BadInput

if TYPE_CHECKING:
    from cryptography import x509

SECRET_SIZE, PUBLIC_SIZE, SIGNATURE_SIZE = 32, 32, 64


def ed25519_public_key(secret: bytes) -> bytes:
    """Return the public key of the secret. Raise BadInput if that has not 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    _check_secret(secret)
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def ed25519_signature(secret: bytes, message: bytes) -> bytes:
    """Return the signature of the message (RFC 8032). Raise BadInput if the secret has not 32 bytes."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    _check_secret(secret)
    return Ed25519PrivateKey.from_private_bytes(secret).sign(message)


def ed25519_holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the key made this signature over the message; a malformed key or signature holds nothing."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


class Certificate(NamedTuple):
    """What an X.509 certificate says of itself. Times are UTC milliseconds; `key` names the kind of its key."""

    subject: str
    issuer: str
    serial_number: str
    not_before_ms: int
    not_after_ms: int
    key: str


def read_certificate(data: bytes) -> Certificate:
    """Return what the certificate says (DER, or PEM). Raise BadInput if it cannot be read."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    found, key = _certificate(data)
    with _reading():
        return Certificate(
            subject=found.subject.rfc4514_string(),
            issuer=found.issuer.rfc4514_string(),
            serial_number=f"{found.serial_number:x}",
            not_before_ms=int(found.not_valid_before_utc.timestamp()) * 1000,
            not_after_ms=int(found.not_valid_after_utc.timestamp()) * 1000,
            key=key.curve.name if isinstance(key, EllipticCurvePublicKey) else type(key).__name__,
        )


def certificate_holds(data: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether the certificate's key (ECDSA) made the signature (64 bytes) over this SHA-256 digest.

    A key of another kind holds nothing. Raise BadInput if the certificate cannot be read.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    _, key = _certificate(data)
    if not isinstance(key, ec.EllipticCurvePublicKey) or len(signature) != SIGNATURE_SIZE:
        return False
    half = SIGNATURE_SIZE // 2
    pair = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
    try:
        key.verify(utils.encode_dss_signature(*pair), digest, ec.ECDSA(utils.Prehashed(SHA256())))
    except InvalidSignature:
        return False
    return True


def practice_certificate(secret: bytes, name: str) -> bytes:
    """Return a certificate (DER) of this key on P-256 that the key itself signs, valid for 40 years; for practice."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(names, names, key.public_key(), int.from_bytes(secret[:8], "big") >> 1 | 1)
    first, last = datetime(2020, 1, 1, tzinfo=UTC), datetime(2060, 1, 1, tzinfo=UTC)
    return builder.not_valid_before(first).not_valid_after(last).sign(key, SHA256()).public_bytes(Encoding.DER)


def practice_signature(secret: bytes, digest: bytes) -> bytes:
    """Return the signature (64 bytes) over a SHA-256 digest by this key on P-256."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1())
    pair = utils.decode_dss_signature(key.sign(digest, ec.ECDSA(utils.Prehashed(SHA256()))))
    return b"".join(part.to_bytes(SIGNATURE_SIZE // 2, "big") for part in pair)


def _certificate(data: bytes) -> tuple[x509.Certificate, object]:
    from cryptography import x509

    with _reading():
        load = x509.load_pem_x509_certificate if data.startswith(b"-----") else x509.load_der_x509_certificate
        found = load(data)
        return found, found.public_key()


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what the library raises for a malformed certificate into BadInput; its mere warnings are no matter."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise BadInput(f"the certificate cannot be read: {error}", "Nothing is known of who signed it.") from None


def _check_secret(secret: bytes) -> None:
    if len(secret) != SECRET_SIZE:
        raise BadInput(f"a secret key has {SECRET_SIZE} bytes, not {len(secret)}")
