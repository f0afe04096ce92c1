"""Ethereum's account of the public test words, and emulated devices old and new."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.hw.emulator import models
from desktop.hw.emulator.device import Emulator
from desktop.hw.session import Session
from tests.fakes.device_bench import ALL, emulator, session_with

PATH = "m/44'/60'/0'/0/0"
ADDRESS = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"
SECRET = master_of(seed_of(ALL)).at(parse_path(PATH)).secret
OLD_MODELS = {
    "classic-old": models.Model("Classic", 0, "1", "3.2.0"),
    "classic1s-old": models.Model("Classic 1S", 1, "1", "3.12.0"),
    "touch-old": models.Model("Touch", 3, "T", "4.4.0"),
}
ALL_MODELS = ("classic1s", "classic1s-old", "classic-old", "pro", "touch-old")


@contextmanager
def wallet(model: str = "classic1s", **options: object) -> Iterator[tuple[Session, Emulator]]:
    """Run an emulated device, one that says Yes unless `on_screen` is given, and a session with it."""
    if "on_screen" not in options:
        options["always_yes"] = True
    if model in OLD_MODELS:
        models.MODELS.setdefault(model, OLD_MODELS[model])
    with emulator(model=model, **options) as device, session_with(device) as session:
        yield session, device
