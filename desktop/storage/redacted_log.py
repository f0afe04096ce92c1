"""The log file. Nothing reaches it but what is on an allow-list; all else is written as <redacted>.

On the list are: records of Seawall's own loggers; templates that stand as literals in the code that logs; of their
arguments numbers of modest size, times, our enums, classes, known words and known hosts; of an exception its type
and where it was raised, not its words. A number beside a word such as "pin" is redacted as well.
"""

from __future__ import annotations

import enum
import logging
import logging.handlers
import os
import queue
import re
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Final

from desktop.domain.errors import BadInput, WrongUsage

REDACTED: Final = "<redacted>"
FILE_NAME: Final = "seawall.log"

_OURS = "desktop"
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_FILE_BYTES, _OLDER_FILES = 1_000_000, 5
_LONGEST_INTEGER = 10**15  # holds every time in ms; a key or a seed is far longer
_MOST_DIGITS = 20
_MOST_CAUSES = 8
_VENUES = frozenset({"binance", "bybit", "okx", "hyperliquid"})
_COINS = frozenset({"BTC", "ETH", "SOL", "USDT", "USDC"})
_STATES = frozenset({"connected", "closed", "gap", "live", "stale", "warming", "unknown", "floor"})
_LEVEL_WORDS = frozenset({"calm", "notable", "warning", "critical"})
_KINDS = frozenset({"practice", "replay", "synthetic", "linear", "inverse", "long", "short", "usb", "hid", "udp"})
_WORDS = _VENUES | _COINS | _STATES | _LEVEL_WORDS | _KINDS
_EXCHANGES = ("binance.com", "bybit.com", "okx.com", "hyperliquid.xyz")
_HOSTS = (
    *_EXCHANGES,
    "mempool.space",
    "blockstream.info",
    "publicnode.com",
    "llamarpc.com",
    "trongrid.io",
    "solana.com",
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"(?:[a-z][a-z-]{0,15}\.)?(?P<site>[a-z]+\.[a-z]+)")
_PLACE = re.compile(
    r"%(?:\((?P<key>[^)]*)\))?(?P<flags>[-+ #0]*)(?P<size>\d*(?:\.\d+)?)(?P<kind>[diouxXeEfFgGcrsa%])"
)
# Such a word among the last three before a number.
_SECRET_WORD = re.compile(
    r"(?i)\b(pins?|pass\w*|keys?|secrets?|signatures?|seed|mnemonic|words?|phrase|query|address|token|otp)"
    r"(?:\W+\w+){0,2}\W*\Z"
)


def start_log(folder: Path, level: str) -> None:
    """Write what Seawall logs from `level` (debug, info, warning, error) on to `seawall.log` in `folder`.

    The file is rotated, its writing happens on a thread of its own. A log already started is ended first. Raise
    WrongUsage for another level and BadInput if the file cannot be opened.
    """
    if level not in _LEVELS:
        raise WrongUsage(f"there is no log level {level!r}", f"Levels: {', '.join(_LEVELS)}.")
    stop_log()
    _Log.running = _Log(folder, _LEVELS[level])


def stop_log() -> None:
    """Write what is still waiting and close the file; nothing happens if no log was started."""
    running, _Log.running = _Log.running, None
    if running is not None:
        running.close()


class _Log:
    """A file, the thread that writes it, and the hook in our own loggers."""

    running: _Log | None = None

    def __init__(self, folder: Path, level: int) -> None:
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = _PrivateFile(path, maxBytes=_FILE_BYTES, backupCount=_OLDER_FILES, encoding="utf-8")
        except OSError as error:
            words = f"the log cannot be written: {error.strerror}"
            raise BadInput(words, "Mend the folder's permissions.", where=str(path)) from error
        form = logging.Formatter(
            "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
        )
        form.converter = time.gmtime
        self._file.setFormatter(form)
        waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
        self._listener = logging.handlers.QueueListener(waiting, self._file)
        # The queue never holds a secret: redaction comes before it, on the thread that logs.
        self._hook = _RedactingHandler(waiting)
        self._listener.start()
        ours = logging.getLogger(_OURS)
        ours.addHandler(self._hook)
        ours.setLevel(level)

    def close(self) -> None:
        ours = logging.getLogger(_OURS)
        ours.removeHandler(self._hook)
        ours.setLevel(logging.NOTSET)
        self._hook.close()
        self._listener.stop()
        self._file.close()


class _PrivateFile(logging.handlers.RotatingFileHandler):
    def _open(self):  # type: ignore[no-untyped-def]  # the base class gives a type that is known to stubs alone
        os.close(os.open(self.baseFilename, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        return super()._open()


class _RedactingHandler(logging.handlers.QueueHandler):
    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        text = _message(record)
        if record.exc_info and record.exc_info[1] is not None:
            text += f" | {_trouble(record.exc_info[1])}"
        safe = logging.LogRecord(_logger(record.name), record.levelno, "", 0, text, None, None)
        safe.created, safe.msecs = record.created, record.msecs
        return safe


def _logger(name: str) -> str:
    """Return the name as far as it is that of a module: loggers of our own are called so."""
    if name in sys.modules:
        return name
    parent = name.rpartition(".")[0]
    return f"{_logger(parent)}.{REDACTED}" if parent else REDACTED


def _message(record: logging.LogRecord) -> str:
    # A subclass of str may say that it equals anything.
    if type(record.msg) is not str or not _is_literal(record):
        return f"{REDACTED} (line {record.lineno} of {record.module})"
    if not record.args:
        return record.msg
    return _filled(record.msg, record.args)


def _is_literal(record: logging.LogRecord) -> bool:
    """Whether the template stands as it is in the function that logs: a text built at run time may hold anything."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if (code.co_filename, code.co_name, frame.f_lineno) == (record.pathname, record.funcName, record.lineno):
            return record.msg in code.co_consts
        if frame.f_back is None:
            break
        frame = frame.f_back
    return False


def _filled(template: str, args: tuple[object, ...] | Mapping[str, object]) -> str:
    """Return the template with each argument in its place, or <redacted>."""
    waiting = iter(() if isinstance(args, Mapping) else args)
    missing = object()

    def fill(place: re.Match[str]) -> str:
        if place["kind"] == "%":
            return "%"
        before = template[: place.start()]
        if place["key"] is None:
            value = next(waiting, missing)
        else:
            value = args.get(place["key"], missing) if isinstance(args, Mapping) else missing
            before += f" {place['key']}"
        shown = None if value is missing or _SECRET_WORD.search(before) else _shown(value)
        return REDACTED if shown is None else _formed(place, value, shown)

    return _PLACE.sub(fill, template)


def _formed(place: re.Match[str], value: object, shown: str) -> str:
    if place["kind"] in "rsa" or isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return shown
    try:
        return f"%{place['flags']}{place['size']}{place['kind']}" % value
    except (TypeError, ValueError, OverflowError):
        return shown


def _shown(value: object) -> str | None:
    """Return what may be written of an argument, None for what is not on the list."""
    match value:
        case None | bool():
            return str(value)
        case enum.Enum():
            return value.name if type(value).__module__.partition(".")[0] == _OURS else None
        case int():
            return str(int(value)) if abs(value) < _LONGEST_INTEGER else None
        case float():
            return f"{float(value):g}"
        case Decimal():
            return format(value, "f") if _is_modest(value) else None
        case date():
            return value.isoformat()
        case type():
            return value.__name__
        case BaseException():
            return _trouble(value)
        case str():
            return value if type(value) is str and _is_known(value) else None
        case _:
            return None


def _is_modest(value: Decimal) -> bool:
    _, digits, exponent = value.as_tuple()
    return isinstance(exponent, int) and len(digits) <= _MOST_DIGITS and abs(exponent) <= _MOST_DIGITS


def _is_known(text: str) -> bool:
    if text in _WORDS or text in _LOOPBACK:
        return True
    host = _HOST.fullmatch(text)
    return host is not None and host["site"] in _HOSTS


def _trouble(error: BaseException) -> str:
    """Return types and places of an exception and its causes. Its words may quote anything and are left out."""
    told: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(told) < _MOST_CAUSES:
        told.append(f"{type(cause).__name__}{_places(cause.__traceback__)}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return " caused by ".join(told)


def _places(trace: TracebackType | None) -> str:
    places = [
        f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(trace)
    ]
    return f" at {' > '.join(places)}" if places else ""
