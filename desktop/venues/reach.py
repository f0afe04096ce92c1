"""Whether a host can be reached over TLS. For the doctor; nothing of what the host answers is used."""

from __future__ import annotations

import time

import httpx

from desktop.domain.errors import NetworkTrouble

_PATIENCE_SECONDS = 8.0


def seconds_to_reach(host: str, proxy: str = "") -> float:
    """Return how long name, connection, TLS and the first answer took, whatever was answered.

    Waits; never for the GUI thread. Raise NetworkTrouble naming the host.
    """
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
        raise NetworkTrouble(f"{host} did not answer in time", "Check the connection to the network.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        words = str(error) or type(error).__name__
        raise NetworkTrouble(
            f"{host} cannot be reached: {words}", "Check network, name service and firewall."
        ) from None
