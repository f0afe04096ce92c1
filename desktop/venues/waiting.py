"""Waiting by a world's clock: for an event or until so much time has gone by, whichever comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from desktop.engine.ports import Clock


async def happens_within(clock: Clock, seconds: float, event: asyncio.Event) -> bool:
    """Return True as soon as `event` is set, False after so many seconds of the clock."""
    return await finishes_within(clock, seconds, event.wait())


async def finishes_within(clock: Clock, seconds: float, work: Coroutine[Any, Any, object]) -> bool:
    """Return True when `work` has finished, False after so many seconds of the clock; then it is cancelled.

    What `work` raises is raised here.
    """
    working = asyncio.ensure_future(work)
    sleeping = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((working, sleeping), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
            return True
        return False
    finally:
        await stopped(working, sleeping)


async def stopped(*tasks: asyncio.Future[Any]) -> None:
    """Cancel these tasks and wait until they have ended; what they raise while ending is theirs."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
