"""Whether results are those expected: numbers within a relative tolerance, everything else exactly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

# Where zero is expected nothing is relative to it: this much is the noise of float64 sums.
_NEAR_ZERO = 1e-12


def difference(results: Mapping[str, object], expected: Mapping[str, object], tolerance: float) -> str:
    """Return the first difference in words, or ''. Results that nobody expects are not looked at."""
    for name, value in expected.items():
        if name not in results:
            return f"{name}: there is no such result, only {', '.join(results)}"
        if not same(results[name], value, tolerance):
            return f"{name} is {results[name]!r}, expected {value!r}"
    return ""


def same(found: object, expected: object, tolerance: float) -> bool:
    """Return whether two values of JSON agree. True is not 1, null is not 0; an object needs the same keys."""
    if isinstance(expected, bool) or expected is None or isinstance(expected, str):
        return type(found) is type(expected) and found == expected
    if isinstance(expected, int | float):
        return _is_number(found) and math.isclose(found, expected, rel_tol=tolerance, abs_tol=_NEAR_ZERO)
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and _same_keys(found, expected, tolerance)
    if isinstance(expected, Sequence) and isinstance(found, Sequence) and not isinstance(found, str):
        return len(found) == len(expected) and all(map(same, found, expected, [tolerance] * len(expected)))
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_keys(found: Mapping[str, object], expected: Mapping[str, object], tolerance: float) -> bool:
    # JSON has no number as a key: prices stand there as text, and '98.0' and '98.00000000000001' are one price.
    left = list(expected)
    for key, value in found.items():
        match = next((name for name in left if _same_key(key, name, tolerance)), None)
        if match is None or not same(value, expected[match], tolerance):
            return False
        left.remove(match)
    return not left


def _same_key(found: str, expected: str, tolerance: float) -> bool:
    if found == expected:
        return True
    try:
        return math.isclose(float(found), float(expected), rel_tol=tolerance, abs_tol=_NEAR_ZERO)
    except ValueError:
        return False
