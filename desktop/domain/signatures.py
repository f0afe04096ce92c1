"""Ed25519 keys and signatures, and those of certificates: the one door to the library `cryptography`.

Secrets, public keys 32 bytes, signatures 64 bytes. The library is loaded when first needed: it is large.
"""

from __future__ import annotations

from desktop.domain.errors import BadInput

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


def _check_secret(secret: bytes) -> None:
    if len(secret) != SECRET_SIZE:
        raise BadInput(f"a secret key has {SECRET_SIZE} bytes, not {len(secret)}")
