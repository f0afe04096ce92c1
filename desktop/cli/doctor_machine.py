"""The doctor on the machine: keychain, clock, data folder, feeds."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from desktop.chain.live_sources import LIVE_URLS
from desktop.cli.chosen_world import folder_of, world_of
from desktop.cli.finding import Check, Finding, missing, ok, unknown
from desktop.domain.errors import BadInput, NetworkTrouble, SeawallError
from desktop.storage.proxy_login import proxy_login
from desktop.storage.secrets import Secrets
from desktop.storage.settings import Settings, load_settings
from desktop.venues.context.sources import KEYLESS
from desktop.venues.outbound import with_login
from desktop.venues.reach import seconds_to_reach
from desktop.venues.regional_hosts import chosen_hosts
from desktop.venues.withdrawals import WITHDRAWAL_HOSTS

_FIRST_YEAR, _LAST_YEAR = 2026, 2100
_CLOCK_SAMPLE_S = 0.2
_CLOCK_TOLERANCE_S = 0.1
_HOST_PATIENCE_S = 15.0
_SET_CLOCK = "Let the system set its clock by the network."


def machine_checks(args: argparse.Namespace) -> list[Check]:
    """Return the checks of what surrounds Seawall, for the chosen world and profile."""
    return [
        Check("keychain", look_at_keychain, 15.0),
        Check("clock", look_at_clock),
        Check("time-zone", look_at_time_zone),
        Check("data-folder", lambda: look_at_folder(args)),
        *feed_checks(world_of(args), chosen_settings(args), contact=args.network),
    ]


def look_at_keychain() -> Finding:
    """Return whether secrets can be kept. The person may be asked to unlock."""
    state = Secrets(main_thread_is_fine=True).state()
    if state.usable:
        return ok(state.backend)
    remedy = f"{state.remedy} Exchange keys cannot be kept until then; all else works."
    return missing(state.reason, remedy)


def look_at_clock() -> Finding:
    """Return whether the clock runs evenly and shows a year that can be."""
    wall, steady = time.time(), time.monotonic()
    threading.Event().wait(_CLOCK_SAMPLE_S)
    return judged_clock(wall, time.time() - wall, time.monotonic() - steady)


def judged_clock(now_s: float, wall_s: float, steady_s: float) -> Finding:
    """Return what a clock that shows `now_s` is worth if it went on by `wall_s` while `steady_s` passed."""
    shown = datetime.fromtimestamp(now_s, UTC)
    if not _FIRST_YEAR <= shown.year <= _LAST_YEAR:
        return missing(f"the clock shows {shown:%Y-%m-%d %H:%M} UTC", _SET_CLOCK)
    if abs(wall_s - steady_s) > _CLOCK_TOLERANCE_S:
        return missing(f"the clock jumped by {wall_s - steady_s:+.1f} s while it was watched", _SET_CLOCK)
    return ok(f"{shown:%Y-%m-%d %H:%M} UTC, running evenly")


def look_at_time_zone() -> Finding:
    """Return which time zone local times are shown in."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named and not Path(named).is_absolute():
        try:
            ZoneInfo(named)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return unknown(f"TZ is {named!r}, which is no zone this system knows", "Set TZ to a name such as UTC.")
    elif sys.platform.startswith("linux") and not named and not Path("/etc/localtime").exists():
        return unknown("/etc/localtime is missing, so times are shown in UTC", "Set the system's time zone.")
    local = datetime.now().astimezone()
    return ok(f"{local.tzname()} (UTC{local:%z})")


def look_at_folder(args: argparse.Namespace) -> Finding:
    """Return whether the profile's folder can be written and nobody else may look into it."""
    try:
        folder = folder_of(args)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"seawall")
            file.flush()
            os.fsync(file.fileno())
    except SeawallError as error:
        return missing(error.message, error.remedy, needed=True)
    except OSError as error:
        words = f"{error.filename or 'the data folder'} cannot be written: {error.strerror}"
        return missing(words, "Mend its permissions, or name another with --data-dir.", needed=True)
    if os.name != "nt" and folder.stat().st_mode & 0o077:
        return missing(f"others may look into {folder}", f"chmod 700 {folder}", needed=True)
    return ok(str(folder))


def chosen_settings(args: argparse.Namespace) -> Settings:
    """Return the profile's settings; the defaults where they cannot be read, which another check tells."""
    try:
        return load_settings(folder_of(args))
    except SeawallError:
        return Settings()


def feed_checks(world: str, settings: Settings, *, contact: bool) -> list[Check]:
    """Return one check that names the hosts of feeds and chain, or, to `contact` them, one a host."""
    if world == "live" and contact:
        try:
            hosts = feed_hosts(settings)
        except BadInput as error:
            finding = missing(str(error), error.remedy, needed=True)
            return [Check("feeds", lambda: finding)]
        login = proxy_login(Secrets(main_thread_is_fine=True), settings.proxy)
        look = partial(look_at_host, proxy=with_login(settings.proxy, login))
        return [Check(f"feed {host}", partial(look, host), _HOST_PATIENCE_S) for host in hosts]
    return [Check("feeds", lambda: named_feeds(world, settings))]


def named_feeds(world: str, settings: Settings) -> Finding:
    """Return which hosts the feeds of this world have, without contacting any."""
    if world != "live":
        return ok(f"the {world} world needs no network")
    try:
        return unknown(", ".join(feed_hosts(settings)), "seawall doctor --network contacts them.")
    except BadInput as error:
        return missing(str(error), error.remedy, needed=True)


def look_at_host(host: str, proxy: str = "") -> Finding:
    """Return whether the host answers over TLS, through the person's proxy if there is one."""
    try:
        return ok(f"answered in {seconds_to_reach(host, proxy) * 1000:.0f} ms")
    except NetworkTrouble as trouble:
        return missing(trouble.message, trouble.remedy)


def feed_hosts(settings: Settings) -> list[str]:
    """Return every host that the live world speaks to without a key. Raise BadInput for hosts that cannot be."""
    urls = [url for hosts in chosen_hosts(settings.hosts).values() for url in hosts.urls]
    urls += LIVE_URLS
    urls += [*(source.base_url for source in KEYLESS.values()), *WITHDRAWAL_HOSTS.values()]
    return list(dict.fromkeys(urlsplit(url).hostname or url for url in urls))
