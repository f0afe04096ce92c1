"""Vectors from a file, each run by the call it names and held against what it expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from desktop.domain.errors import BadInput, SeawallError
from tests.vectors.calls import CALLS, bound
from tests.vectors.comparison import difference


class Vector(msgspec.Struct, frozen=True):
    """One worked example: a call, its arguments, what it gives and how close (relative)."""

    id: str
    call: str
    inputs: dict[str, Any]
    expected: dict[str, Any]
    tolerance_rel: float = 1e-9


def read_vectors(path: Path) -> list[Vector]:
    """Return the vectors of a file: a list, or an object with `vectors`. Raise BadInput naming vector and field."""
    try:
        content = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path)) from error
    except msgspec.DecodeError as error:
        raise BadInput(f"is not JSON: {error}", where=str(path)) from error
    rows = content.get("vectors") if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise BadInput("vectors: a list is missing", where=str(path))
    return [_vector(row, place, path) for place, row in enumerate(rows)]


def _vector(row: object, place: int, path: Path) -> Vector:
    try:
        return msgspec.convert(row, Vector)
    except msgspec.ValidationError as error:
        name = row.get("id") if isinstance(row, dict) else None
        raise BadInput(f"vector {name or f'number {place + 1}'}: {error}", where=str(path)) from error


def run(vector: Vector) -> str:
    """Return what does not hold, in words; empty when all does. Raise BadInput for arguments the call cannot take."""
    call = CALLS.get(vector.call)
    if call is None:
        return f"unknown call {vector.call!r}"
    try:
        arguments = bound(call, vector.inputs)
    except msgspec.ValidationError as error:
        raise BadInput(f"vector {vector.id}: inputs of {vector.call}: {error}") from error
    try:
        results = call(**arguments)
    except (ArithmeticError, LookupError, ValueError, SeawallError) as error:
        return f"{type(error).__name__}: {error}"
    return difference(results, vector.expected, vector.tolerance_rel)
