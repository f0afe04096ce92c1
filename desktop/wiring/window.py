"""Runs engine and window side by side until the window is closed."""

from __future__ import annotations

import argparse
import functools
from pathlib import Path

from desktop.cli.chosen_world import folder_of, world_of
from desktop.engine.engine_thread import EngineThread
from desktop.storage.redacted_log import start_log, stop_log
from desktop.storage.settings import Settings, load_settings
from desktop.ui.application import WindowOptions, run_window
from desktop.ui.transfer.transfer_page import TransferPage
from desktop.wiring.engine_parts import OpenWorld, open_engine

COINS = ("BTC", "ETH", "SOL")


def run(args: argparse.Namespace) -> int:
    """Open the window for these arguments. GUI thread; returns when the window is closed."""
    folder = folder_of(args)
    settings = load_settings(folder)
    start_log(folder, args.log_level)
    engine = EngineThread(functools.partial(open_engine, opener(args, folder, settings), folder))
    options = WindowOptions(minimized=args.minimized, profile_folder=folder, theme=settings.theme)
    try:
        return run_window(engine, options=options, make_transfer_page=TransferPage, start=engine.start)
    finally:
        engine.stop()
        stop_log()


def opener(args: argparse.Namespace, folder: Path, settings: Settings) -> OpenWorld:
    """Return what opens the world these arguments name, on the engine's loop."""
    match world_of(args):
        case "practice":
            from desktop.worlds.practice.world import open_practice

            return functools.partial(open_practice, folder, speed=args.speed, coins=COINS)
        case "replay":
            from desktop.worlds.replay import open_replay

            return functools.partial(open_replay, Path(args.replay), speed=args.speed)
        case _:
            from desktop.wiring.live_account import open_live_with_key

            return functools.partial(open_live_with_key, folder, settings.coins, settings)


__all__ = ["opener", "run"]
