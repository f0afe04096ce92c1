"""Collects warnings and errors that the code logs, so that a test fails on those it did not announce."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable


class StrayLogs(logging.Handler):
    """Remember every record from WARNING upward, of any thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record as text."""
        self._said.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def forget(self) -> None:
        """Begin a new test."""
        self._said.clear()

    def strays(self, expected: Iterable[str]) -> list[str]:
        """Return the records that none of the patterns finds."""
        patterns = [re.compile(one) for one in expected]
        return [f"logged: {line}" for line in self._said if not any(pattern.search(line) for pattern in patterns)]
