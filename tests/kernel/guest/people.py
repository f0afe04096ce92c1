"""The people at the machine: each a user id of its own, with a program that does what it is told."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

_PATIENCE_S = 60.0
_START_S = 180.0


class Person(NamedTuple):
    """A user of the system."""

    name: str
    uid: int
    groups: tuple[str, ...] = ()


class Program:
    """A person's running program. `send` and `reply` go together; `ask` is both."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._process = self._started("tests.kernel.guest.client", stdin=subprocess.PIPE)
        self._sent = 0
        self.pid = self._process.pid
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_until_ready(self) -> None:
        """Wait until it takes commands."""
        self.reply(_START_S)

    def send(self, command: str, **arguments: Any) -> None:
        """Tell it to do something, and go on."""
        assert self._process.stdin is not None
        self._sent += 1
        self._process.stdin.write(json.dumps({"id": self._sent, "command": command, **arguments}) + "\n")
        self._process.stdin.flush()

    def reply(self, patience_s: float = _PATIENCE_S) -> dict[str, Any]:
        """Return its answer to what was sent last. Raises TimeoutError."""
        while True:
            try:
                answer: dict[str, Any] = json.loads(self._lines.get(timeout=patience_s))
            except queue.Empty:
                raise TimeoutError(f"{self.person.name}'s program does not answer") from None
            if answer.pop("id") == self._sent:
                return answer

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Tell it to do something and return its answer."""
        self.send(command, **arguments)
        return self.reply()

    def start(self, *args: str) -> subprocess.Popen[str]:
        """Start Seawall's own command line as this person; its output is there to be read."""
        return self._started("desktop", *args, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def kill(self) -> None:
        """End it at once, as a crash does."""
        self._process.kill()
        self._process.wait()

    def _started(self, module: str, *args: str, **more: Any) -> subprocess.Popen[str]:
        person = self.person
        runtime = Path("/run/user") / str(person.uid)
        home = Path("/run/home") / person.name
        for folder in (runtime, home):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            os.chown(folder, person.uid, person.uid)
        return subprocess.Popen(
            [sys.executable, "-P", "-m", module, *args],
            stdout=subprocess.PIPE,
            user=person.uid,
            group=person.uid,
            extra_groups=list(person.groups),
            env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)},
            text=True,
            **more,
        )

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
