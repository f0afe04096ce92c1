"""The person's read-only key from the system keychain, if there is one."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from desktop.domain.errors import SeawallError
from desktop.storage.secrets import Secrets
from desktop.storage.settings import Settings
from desktop.venues.context.feed import ContextKeys
from desktop.wiring.device_paths import SIMULATORS
from desktop.worlds.live import open_live
from desktop.worlds.live_accounts import ReadOnlyKey
from desktop.worlds.world import World

_log = logging.getLogger(__name__)

KEY, SECRET = "binance-read-key", "binance-read-secret"
COINGLASS, SOSOVALUE = "coinglass-key", "sosovalue-key"


async def open_live_with_key(folder: Path, coins: Sequence[str], settings: Settings) -> World:
    """Open the live world with the account whose read-only key the keychain holds; without one if it holds none."""
    # The keychain may ask the person something: it is waited for beside the loop, and never on the GUI thread.
    secrets = Secrets()
    key = await asyncio.to_thread(read_only_key, secrets)
    context_keys = await asyncio.to_thread(keys_of_context, secrets)
    return await open_live(
        folder,
        coins,
        settings=settings,
        binance_key=key,
        context_keys=context_keys,
        device_paths=lambda: SIMULATORS,
    )


def read_only_key(secrets: Secrets) -> ReadOnlyKey | None:
    """Return the key, or None where there is none or no keychain can be used. Not on the GUI thread."""
    try:
        key, secret = secrets.get(KEY), secrets.get(SECRET)
    except SeawallError as error:
        _log.info("no account: %s", type(error))
        return None
    return ReadOnlyKey(key, secret) if key and secret else None


def keys_of_context(secrets: Secrets) -> ContextKeys:
    """Return the keys of context that the keychain holds. Not on the GUI thread."""
    try:
        return ContextKeys(secrets.get(COINGLASS) or "", secrets.get(SOSOVALUE) or "")
    except SeawallError as error:
        _log.info("no keys of context: %s", type(error))
        return ContextKeys()
