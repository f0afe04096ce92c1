"""A program of this machine as a channel: a list of arguments, no shell, JSON on standard input, a time-out."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

import msgspec

from desktop.alerts.channel_words import ChannelMessage, as_facts
from desktop.domain.errors import SeawallError
from desktop.engine.alerting.channel_plan import CommandPlan
from desktop.notify.phone_push import LEVELS

_KEPT_BYTES = 200


class CommandFailed(SeawallError):
    """The person's own command could not be run, took too long, or ended with a failure."""


class CommandChannel:
    """Runs the command once a message. What it prints is read and dropped, but for the start of an error."""

    name = "command"

    def __init__(self, plan: CommandPlan) -> None:
        self.least = LEVELS[plan.least]
        self._plan = plan

    async def send(self, message: ChannelMessage) -> str:
        """Run it; the proof is its exit code 0. Raise CommandFailed naming program and reason."""
        program = self._plan.arguments[0]
        try:
            running = await asyncio.create_subprocess_exec(
                *self._plan.arguments,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            words = getattr(error, "strerror", None) or type(error).__name__
            raise CommandFailed(f"{program} cannot be run: {words}", "Give its full path in the settings.") from None
        said = await self._finished(running, msgspec.json.encode(as_facts(message)) + b"\n")
        if running.returncode != 0:
            words = said[:_KEPT_BYTES].decode(errors="replace").strip()
            raise CommandFailed(f"{program} ended with {running.returncode}: {words}".rstrip(": "), "Run it by hand.")
        return "ended with 0"

    async def close(self) -> None:
        """Nothing stays open between runs."""

    async def _finished(self, running: asyncio.subprocess.Process, text: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._plan.timeout_s):
                _, said = await running.communicate(text)
        except TimeoutError:
            raise CommandFailed(
                f"{self._plan.arguments[0]} took longer than {self._plan.timeout_s:g} s and was ended",
                "Let it go on in the background by itself, or raise the limit.",
            ) from None
        finally:
            if running.returncode is None:
                _end(running)
                await running.wait()
        return said


def _end(running: asyncio.subprocess.Process) -> None:
    """End the command with everything it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(running.pid, signal.SIGKILL)
        else:
            running.kill()
