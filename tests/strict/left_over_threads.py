"""Finds threads that a test started and did not end."""

from __future__ import annotations

import threading
import time

_GRACE_SECONDS = 2.0


def running() -> set[threading.Thread]:
    """Return the threads that Python started and that still run."""
    # A dummy stands for a foreign thread (a QThread) that once ran Python and outlives it; Qt's are watched apart.
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and not thread.name.startswith("pytest_timeout")
    }


def left_over(before: set[threading.Thread]) -> list[str]:
    """Return what still runs that did not run before, after a grace for threads that are on their way out."""
    deadline = time.monotonic() + _GRACE_SECONDS
    new = running() - before
    for thread in new:
        thread.join(max(0.0, deadline - time.monotonic()))
    return sorted(f"thread {thread.name!r} still runs" for thread in new if thread.is_alive())
