"""A day of minute values as one small block of bytes. Pure.

A value keeps 13 significant bits (it is off by less than 1 part in 8,000): percentiles and charts need no more, and
half the bytes of a block would otherwise hold digits that no venue knows. Then differences, bytes of equal weight
side by side, zstd. NaN is 'unknown' and comes back as NaN.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import zstandard

from desktop.domain.kept_values import FloatArray

MINUTES = 1440
_DROPPED_BITS = 11
_HALF = np.uint64(1 << (_DROPPED_BITS - 1))
_LARGEST_UNPACKED = MINUTES * 4
_UNKNOWN_BITS = np.uint32(0x7FC00000)

_Words = npt.NDArray[np.uint32]


def packed(values: FloatArray) -> bytes:
    """Return the block of a day's 1440 values; what float32 cannot hold becomes unknown."""
    assert values.shape == (MINUTES,)
    steps: npt.NDArray[np.int64] = np.diff(_rounded(values).astype(np.int64), prepend=np.int64(0)).astype(np.int64)
    folded = ((steps << 1) ^ (steps >> 63)).astype(np.uint32)  # small steps, up or down, become small numbers
    planes = folded.view(np.uint8).reshape(MINUTES, 4).T.copy()
    return zstandard.ZstdCompressor(level=3, write_content_size=True).compress(planes.tobytes())


def unpacked(block: bytes) -> FloatArray:
    """Return the day's 1440 values. Raise ValueError if the bytes are no block."""
    try:
        size = zstandard.frame_content_size(block)
        if size != _LARGEST_UNPACKED:
            raise ValueError(f"a block of {size} bytes is not a day")
        planes = zstandard.ZstdDecompressor().decompress(block)
    except zstandard.ZstdError as error:
        raise ValueError(f"a damaged block: {error}") from error
    folded = np.frombuffer(planes, np.uint8).reshape(4, MINUTES).T.copy().view(np.uint32).ravel().astype(np.int64)
    steps = (folded >> 1) ^ -(folded & 1)
    words = (np.cumsum(steps) << _DROPPED_BITS) & 0xFFFFFFFF
    return words.astype(np.uint32).view(np.float32).astype(np.float64)


def _rounded(values: FloatArray) -> _Words:
    with np.errstate(over="ignore"):
        words = values.astype(np.float32).view(np.uint32)
    rounded = ((words.astype(np.uint64) + _HALF) >> np.uint64(_DROPPED_BITS)).astype(np.uint32)
    finite = np.isfinite((rounded << np.uint32(_DROPPED_BITS)).view(np.float32))
    return np.where(finite, rounded, _UNKNOWN_BITS >> np.uint32(_DROPPED_BITS))
