"""The standard streams of a sub-command, whatever the caller, the locale or the disk makes of them."""

from __future__ import annotations

import io
import os
import sys

_STANDARD = 3


def fit_streams(*, json_out: bool) -> None:
    """Make the three streams usable: closed ones become the null device, and printing never fails on a letter.

    With `json_out` standard output is UTF-8 in every locale, as JSON is.
    """
    _reopen_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            utf_8 = json_out and stream is sys.stdout
            stream.reconfigure(encoding="utf-8" if utf_8 else None, errors="backslashreplace")


def drop_output() -> None:
    """Let standard output go nowhere: Python flushes it once more at exit and would complain about what failed."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _reopen_closed() -> None:
    if None not in (sys.stdin, sys.stdout, sys.stderr):
        return
    # The numbers 0 to 2 would go to the next files that are opened, and what is printed with them.
    while (spare := os.open(os.devnull, os.O_RDWR)) < _STANDARD:
        pass
    os.close(spare)
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
