"""The person's read-only keys from the system keychain, as far as there are any."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from desktop.domain.errors import SeawallError
from desktop.storage.proxy_login import proxy_login
from desktop.storage.secrets import Secrets
from desktop.storage.settings import Settings
from desktop.venues.context.feed import ContextKeys
from desktop.wiring.device_paths import SIMULATORS
from desktop.worlds.live import open_live
from desktop.worlds.live_accounts import AccountKeys, ReadOnlyKey
from desktop.worlds.world import World

_log = logging.getLogger(__name__)

KEYS = {venue: (f"{venue}-read-key", f"{venue}-read-secret") for venue in ("binance", "bybit")}
"""Under which names each venue's key and secret lie in the keychain."""
COINGLASS, SOSOVALUE = "coinglass-key", "sosovalue-key"


async def open_live_with_key(folder: Path, coins: Sequence[str], settings: Settings) -> World:
    """Open the live world with the accounts whose read-only keys the keychain holds; without any if it holds none."""
    # The keychain may ask the person something: it is waited for beside the loop, and never on the GUI thread.
    secrets = Secrets()
    keys = await asyncio.to_thread(account_keys, secrets)
    context_keys = await asyncio.to_thread(keys_of_context, secrets)
    login = await asyncio.to_thread(proxy_login, secrets, settings.proxy)
    return await open_live(
        folder,
        coins,
        settings=settings,
        keys=keys,
        context_keys=context_keys,
        proxy_login=login,
        device_paths=lambda: SIMULATORS,
    )


def account_keys(secrets: Secrets) -> AccountKeys:
    """Return the keys that the keychain holds. Not on the GUI thread."""
    return AccountKeys(**{venue: read_only_key(secrets, *names) for venue, names in KEYS.items()})


def read_only_key(secrets: Secrets, key_name: str, secret_name: str) -> ReadOnlyKey | None:
    """Return the key, or None where there is none or no keychain can be used. Not on the GUI thread."""
    try:
        key, secret = secrets.get(key_name), secrets.get(secret_name)
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
