"""Whether a host can be reached over TLS. For the doctor; nothing of what the host answers is used."""

from __future__ import annotations

import time

import httpx

from desktop.domain.errors import NetworkTrouble
from desktop.venues.outbound import Way
from desktop.venues.rest_line import is_no_connection

_PATIENCE_SECONDS = 8.0


def seconds_to_reach(host: str, proxy: str = "") -> float:
    """Return how long name, connection, TLS and the first answer took, whatever was answered.

    Waits; never for the GUI thread. Raise NetworkTrouble naming host and proxy; a login in `proxy` is in no message.
    """
    way = Way(f"https://{host}", proxy)
    begin = time.monotonic()
    try:
        with (
            httpx.Client(
                follow_redirects=False, timeout=_PATIENCE_SECONDS, proxy=proxy or None, trust_env=False
            ) as client,
            client.stream("HEAD", f"https://{host}/"),
        ):
            return time.monotonic() - begin
    except httpx.TimeoutException:
        raise NetworkTrouble(f"{way.words} did not answer in time", "Check the connection to the network.") from None
    except Exception as error:
        if not proxy and not isinstance(error, httpx.HTTPError | httpx.InvalidURL):
            raise
        # What a SOCKS proxy says wrong comes through httpx in classes of another library.
        words, at_proxy = str(error) or type(error).__name__, bool(proxy) and is_no_connection(error)
        raise way.blocked(words, at_proxy=at_proxy, remedy="Check network, name service and firewall.") from None
