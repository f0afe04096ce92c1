"""Name and password for the person's proxy: they lie in the keychain, never in a file."""

from __future__ import annotations

import logging
from typing import Protocol

from desktop.domain.errors import SeawallError

NAME = "proxy-login"
"""Under which the keychain holds "name:password"."""

_log = logging.getLogger(__name__)


class Kept(Protocol):
    """A keychain, as far as it is asked here."""

    def get(self, name: str) -> str | None:
        """Return the secret, None if there is none. Raise SeawallError."""


def proxy_login(keychain: Kept, proxy: str) -> str:
    """Return "name:password" for this proxy; "" without a proxy, a login or a keychain. Not on the GUI thread."""
    if not proxy:
        return ""
    try:
        return keychain.get(NAME) or ""
    except SeawallError as error:
        _log.info("no login for the proxy: %s", type(error))
        return ""
