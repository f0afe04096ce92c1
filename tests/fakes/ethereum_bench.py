"""Ethereum's account of the public test words, and emulated devices old and new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from desktop.domain.bitcoin_keys import master_of, seed_of
from desktop.domain.derivation_path import parse_path
from desktop.hw import messages as m
from desktop.hw.emulator.device import Emulator
from desktop.hw.identity import identified
from desktop.hw.session import Session
from desktop.hw.wire.codec import Message
from tests.fakes.device_bench import ALL, emulator, session_with
from tests.fakes.scripted_device import Reply, ScriptedDevice

PATH = "m/44'/60'/0'/0/0"
ADDRESS = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8"
SECRET = master_of(seed_of(ALL)).at(parse_path(PATH)).secret
ALL_MODELS = ("classic1s", "classic1s-old", "classic-old", "pro", "touch-old")


@contextmanager
def wallet(model: str = "classic1s", **options: object) -> Iterator[tuple[Session, Emulator]]:
    """Run an emulated device, one that says Yes unless `on_screen` is given, and a session with it."""
    if "on_screen" not in options:
        options["always_yes"] = True
    with emulator(model=model, **options) as device, session_with(device) as session:
        yield session, device


def scripted_wallet(answers: Callable[[Message], Iterable[Reply]], **features: str) -> tuple[Session, ScriptedDevice]:
    """Return a session with a device that tells its true public keys, and answers the rest as told."""

    def reply(message: Message) -> Iterable[Reply]:
        if not isinstance(message, m.GetPublicKey):
            return answers(message)
        node = master_of(seed_of(ALL)).at(message.address_n).public()
        told = m.HDNode(
            depth=node.depth,
            fingerprint=int.from_bytes(node.parent_fingerprint, "big"),
            child_num=node.child_number,
            chain_code=node.chain_code,
            public_key=node.public_key,
        )
        return [m.PublicKey(node=told)]

    device = ScriptedDevice(reply)
    session = Session(device, quick_s=0.2)
    session.begin()
    if features:
        session.features = m.Features(**features)  # type: ignore[arg-type]
        session.identity = identified(session.features)
    return session, device
