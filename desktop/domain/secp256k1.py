"""Bitcoin's curve: the one door to the library that computes on it.

Secrets are 32 bytes, digests 32 bytes, public keys 33 bytes (compressed), signatures 64 bytes (r then s, big-endian)
unless they are said to be DER; a Schnorr signature (BIP 340) belongs to the 32-byte x of a key.
"""

from __future__ import annotations

import coincurve

from desktop.domain.errors import BadInput

_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def public_key(secret: bytes) -> bytes:
    """Return the compressed public key of the secret. Raise BadInput if the secret is not on the curve."""
    return _checked_secret(secret).public_key.format(compressed=True)


def uncompressed(public: bytes) -> bytes:
    """Return the 65-byte form of a public key. Raise BadInput if it is no point of the curve."""
    return _checked_point(public).format(compressed=False)


def sign_recoverable(secret: bytes, digest: bytes) -> tuple[bytes, int]:
    """Sign a digest; return the signature and its recovery number 0..3. The nonce follows RFC 6979, s is low."""
    signed = _checked_secret(secret).sign_recoverable(digest, hasher=None)
    return signed[:64], signed[64]


def sign_der(secret: bytes, digest: bytes) -> bytes:
    """Sign a digest; return the signature as DER. The nonce follows RFC 6979, s is low."""
    return bytes(_checked_secret(secret).sign(digest, hasher=None))


def verify_der(public: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether this strict DER signature with low s is the key's over the digest."""
    try:
        return bool(_checked_point(public).verify(signature, digest, hasher=None))
    except ValueError:
        return False


def sign_schnorr(secret: bytes, digest: bytes) -> bytes:
    """Return the Schnorr signature of a digest, without extra randomness."""
    return bytes(_checked_secret(secret).sign_schnorr(digest, bytes(32)))


def verify_schnorr(x_only: bytes, digest: bytes, signature: bytes) -> bool:
    """Return whether this Schnorr signature is the key's over the digest."""
    try:
        return bool(coincurve.PublicKeyXOnly(x_only).verify(signature, digest))
    except ValueError:
        return False


def recover(digest: bytes, signature: bytes, recovery: int) -> bytes | None:
    """Return the compressed public key that made this signature, or None if no key can have made it."""
    try:
        found = coincurve.PublicKey.from_signature_and_message(signature + bytes([recovery]), digest, hasher=None)
    except ValueError:
        return None
    return found.format(compressed=True)


def secret_plus(secret: bytes, tweak: bytes) -> bytes:
    """Return secret + tweak modulo the curve's order. Raise BadInput for the one sum in 2^127 that is unusable."""
    try:
        return _checked_secret(secret).add(tweak).secret
    except ValueError:
        raise BadInput("this key cannot be derived", "Take the next number in the path.") from None


def negated(secret: bytes) -> bytes:
    """Return the secret of the same point mirrored: the curve's order minus the secret."""
    return (_ORDER - int.from_bytes(secret, "big")).to_bytes(32, "big")


def point_plus(public: bytes, tweak: bytes) -> bytes:
    """Return public + tweak·G, compressed. Raise BadInput for the one sum in 2^127 that is unusable."""
    try:
        return _checked_point(public).add(tweak).format(compressed=True)
    except ValueError:
        raise BadInput("this key cannot be derived", "Take the next number in the path.") from None


def _checked_secret(secret: bytes) -> coincurve.PrivateKey:
    if len(secret) != 32:
        raise BadInput(f"a secret key has 32 bytes, not {len(secret)}")
    try:
        return coincurve.PrivateKey(secret)
    except ValueError:
        raise BadInput("the secret key is outside the curve's range") from None


def _checked_point(public: bytes) -> coincurve.PublicKey:
    try:
        return coincurve.PublicKey(public)
    except ValueError:
        raise BadInput("the public key is no point of the curve") from None
