"""Opens the practice world with its real window in this process, and closes everything again."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from desktop.engine.engine_thread import EngineThread
from desktop.ui.application import Shell, WindowOptions, make_application
from desktop.ui.transfer.transfer_page import TransferPage
from desktop.wiring.engine_parts import open_engine
from desktop.worlds.practice.world import open_practice


@dataclass(frozen=True)
class OpenDesk:
    """The running program: its window and the engine behind it."""

    shell: Shell
    engine: EngineThread


@contextmanager
def practice_desk(folder: Path, speed: float, theme: str = "dark") -> Iterator[OpenDesk]:
    """Open window and engine on the practice world kept in `folder`; close both at the end."""
    app = make_application()
    world = functools.partial(open_practice, folder, speed=speed)
    engine = EngineThread(functools.partial(open_engine, world, folder))
    shell = Shell(app, engine, WindowOptions(folder, theme=theme), TransferPage)
    shell.sounds.on = False  # nobody is startled by a test
    engine.start()
    shell.open(minimized=False)
    try:
        yield OpenDesk(shell, engine)
    finally:
        shell.quit()
        ended = engine.stop()
        shell.close()
        assert ended, "the engine did not end"
