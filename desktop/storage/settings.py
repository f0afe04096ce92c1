"""A profile's settings: `settings.json` in its folder, made to be read and changed by hand as well."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import threading
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from desktop.domain.errors import BadInput
from desktop.engine.alerting.channel_plan import ChannelPlans

FILE_NAME = "settings.json"

_LARGEST_BYTES = 1024 * 1024
_REMEDY = "Mend the line, or move the file away to begin with the defaults; it was left as it is."

Coin = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{1,16}\Z")]
Coins = Annotated[tuple[Coin, ...], msgspec.Meta(min_length=1)]
_HOST = r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)"
# No name and password in it: secrets are not kept in a file.
Proxy = Annotated[str, msgspec.Meta(pattern=rf"^((http|socks5)://{_HOST}:[0-9]{{1,5}})?\Z")]
BaseAddress = Annotated[str, msgspec.Meta(pattern=rf"^(https|wss)://{_HOST}(:[0-9]{{1,5}})?\Z")]
NodeAddress = Annotated[str, msgspec.Meta(pattern=rf"^(https?://{_HOST}(:[0-9]{{1,5}})?(/\S{{0,200}})?)?\Z")]


HyperliquidAddress = Annotated[str, msgspec.Meta(pattern=r"^0x[0-9a-fA-F]{40}\Z")]
VenueName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]{1,20}\Z")]
_one_change = threading.Lock()


class Settings(msgspec.Struct, frozen=True):
    """What a person may choose. `clock` is the time zone in which times are shown.

    `proxy` (http:// or socks5://, empty: none) carries all that leaves this machine. `hosts` replaces base addresses
    of a venue, by their names in `desktop.venues.catalogue.VenueHosts`: {"bybit": {"rest": "https://api.bybit.eu"}}.
    `offline` starts without any connection, `venues_off` without those of these venues. `eth_node` is the person's
    own Ethereum node (JSON-RPC), if any. `hyperliquid_addresses` are looked at for positions, without any key.
    `channels` are the ways out for alerts; their secrets lie in the keychain. With `record_always` everything the
    venues send is recorded in the profile's folder; the oldest recordings go when they exceed `recordings_budget_mb`.
    """

    theme: Literal["system", "light", "dark"] = "system"
    coins: Coins = ("BTC", "ETH", "SOL")
    clock: Literal["local", "utc"] = "local"
    desktop_notifications: bool = True
    proxy: Proxy = ""
    hosts: dict[str, dict[str, BaseAddress]] = {}
    offline: bool = False
    venues_off: tuple[VenueName, ...] = ()
    eth_node: NodeAddress = ""
    hyperliquid_addresses: tuple[HyperliquidAddress, ...] = ()
    channels: ChannelPlans = ChannelPlans()
    record_always: bool = False
    recordings_budget_mb: Annotated[int, msgspec.Meta(ge=100, le=10_000_000)] = 2048


def load_settings(folder: Path) -> Settings:
    """Return the settings of the profile in `folder`; the defaults where nothing was chosen.

    Raise BadInput naming file and line for a file that is not of this form. It is never changed by reading.
    """
    path = folder / FILE_NAME
    text, raw = _read(path)
    return _checked(path, text, raw)


def save_settings(folder: Path, settings: Settings) -> None:
    """Write the settings, whole or not at all, on disk when this returns. Not for the GUI thread.

    Keys that this version does not know stay in the file. Raise BadInput if the file there cannot be read, so that
    nothing a person wrote is lost, or if it cannot be written.
    """
    path = folder / FILE_NAME
    text, raw = _read(path)
    _checked(path, text, raw)
    wanted = {**raw, **msgspec.to_builtins(settings)}
    _checked(path, "", wanted)
    try:
        _replace(path, json.dumps(wanted, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        words = f"the settings cannot be written: {error.strerror}"
        raise BadInput(words, "Mend the folder's permissions or free some space.", where=str(path)) from error


def change_settings(folder: Path, **changes: object) -> Settings:
    """Change these settings alone and return all; no other change comes between. Not for the GUI thread.

    Raise BadInput as `save_settings` does.
    """
    with _one_change:
        changed = msgspec.structs.replace(load_settings(folder), **changes)
        save_settings(folder, changed)
    return changed


def _read(path: Path) -> tuple[str, dict[str, object]]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        return "", {}
    except OSError as error:
        raise BadInput(f"the settings cannot be read: {error.strerror}", _REMEDY, where=str(path)) from error
    if len(data) > _LARGEST_BYTES:
        raise BadInput(f"more than {_LARGEST_BYTES} bytes are no settings", _REMEDY, where=str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadInput("this is not UTF-8", _REMEDY, where=f"{path} line {line}") from None
    return text, _parsed(path, text)


def _parsed(path: Path, text: str) -> dict[str, object]:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"this is not JSON: {error.msg}", _REMEDY, where=f"{path} line {error.lineno}") from None
    except (RecursionError, ValueError) as error:
        raise BadInput(f"this is not JSON: {type(error).__name__}", _REMEDY, where=f"{path} line 1") from None
    if not isinstance(raw, dict):
        raise BadInput("settings are one JSON object", _REMEDY, where=f"{path} line 1")
    return raw


def _checked(path: Path, text: str, raw: dict[str, object]) -> Settings:
    try:
        return msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        where = f"{path} line {_line_of(str(error), text)}" if text else str(path)
        raise BadInput(str(error), _REMEDY, where=where) from None


def _line_of(complaint: str, text: str) -> int:
    """Return the line of the key the decoder complains of; the last one, since that is the one that counts."""
    key = re.search(r"`\$\.(\w+)", complaint)
    found = list(re.finditer(rf'"{key[1]}"\s*:', text)) if key else []
    return text.count("\n", 0, found[-1].start()) + 1 if found else 1


def _replace(path: Path, text: str) -> None:
    target = path.resolve()  # a link to a file kept elsewhere stays a link
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # Windows cannot open folders, and renames are journalled there
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
