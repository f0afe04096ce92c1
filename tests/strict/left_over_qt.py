"""Finds timers, threads and animations of Qt that a test left running, with the line that started them.

Starts are recorded by wrapping Qt's own `start`, since Qt keeps no list of them.
"""

from __future__ import annotations

import gc
import time
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6.QtCore import (
    QAbstractAnimation,
    QCoreApplication,
    QEvent,
    QObject,
    QThread,
    QThreadPool,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)

_THREAD_GRACE_MS = 2_000
_SERIOUS = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
_HARMLESS = ("This plugin does not support propagateSizeHints()",)  # the offscreen plugin, of every window it shows


class _Started:
    """One thing that was started, held weakly so that being watched does not keep it alive."""

    def __init__(self, thing: QObject, site: str) -> None:
        self.ref = weakref.ref(thing)
        self.site = site

    def alive(self) -> QObject | None:
        thing = self.ref()
        return thing if thing is not None and shiboken6.isValid(thing) else None


class _Shot:
    """A pending `QTimer.singleShot`: due at a time, dropped with the object it would call."""

    def __init__(self, due: float, target: QObject | None, site: str) -> None:
        self.due = due
        self.target = None if target is None else weakref.ref(target)
        self.site = site

    def pending(self) -> bool:
        if time.monotonic() >= self.due:
            return False
        if self.target is None:
            return True
        target = self.target()
        return target is not None and shiboken6.isValid(target)


class QtWatch:
    """Records starts from `install` on; `left_over` tells what of them still runs."""

    def __init__(self) -> None:
        self._started: list[_Started] = []
        self._shots: list[_Shot] = []
        self._messages: list[str] = []
        self._previous: Callable[..., None] | None = None

    def install(self) -> None:
        """Wrap the starting methods of Qt, once a process."""
        for kind in (QTimer, QThread, QAbstractAnimation):
            setattr(kind, "start", self._recording(kind.start))  # noqa: B010
        single_shot = QTimer.singleShot

        def recorded_shot(*args: Any) -> None:
            self._shots.append(_shot(args, _site()))
            single_shot(*args)

        QTimer.singleShot = staticmethod(recorded_shot)  # type: ignore[method-assign]

    def _recording(self, start: Callable[..., None]) -> Callable[..., None]:
        def recorded_start(thing: QObject, *args: Any) -> None:
            self._started.append(_Started(thing, _site()))
            start(thing, *args)

        return recorded_start

    def forget(self) -> None:
        """Begin a new test."""
        self._started.clear()
        self._shots.clear()

    def listen(self) -> None:
        """Collect Qt's warnings; pytest-qt does that for the test itself, but not while it is torn down."""
        self._messages.clear()
        self._previous = qInstallMessageHandler(self._hear)

    def _hear(self, kind: QtMsgType, context: object, message: str) -> None:
        if kind in _SERIOUS and message not in _HARMLESS:
            self._messages.append(message)

    def heard(self) -> list[str]:
        """Stop collecting and return the warnings of the teardown."""
        qInstallMessageHandler(self._previous)
        return [f"Qt said while the test was torn down: {message}" for message in self._messages]

    def left_over(self) -> list[str]:
        """Return what still runs, and stop it, so that it does not disturb the next test."""
        _deliver_deletions()
        if self._running():
            # What waits for the garbage collector alone is not left running by anyone.
            gc.collect()
            _deliver_deletions()
        complaints = []
        for thing, site in self._running():
            complaints.append(f"{_name(thing)} still runs, started at {site}")
            _stop(thing)
        complaints += [f"a single shot is still due, set at {shot.site}" for shot in self._shots if shot.pending()]
        pool = QThreadPool.globalInstance()
        if pool.activeThreadCount() and not pool.waitForDone(_THREAD_GRACE_MS):
            complaints.append("the global QThreadPool is still busy")
        return complaints

    def _running(self) -> list[tuple[QObject, str]]:
        alive = [(one.alive(), one.site) for one in self._started]
        return [(thing, site) for thing, site in dict(alive).items() if thing is not None and _runs(thing)]


def _shot(args: tuple[Any, ...], site: str) -> _Shot:
    target = next((one for one in args[1:] if isinstance(one, QObject)), None)
    if target is None:
        owner = getattr(args[-1], "__self__", None)
        target = owner if isinstance(owner, QObject) else None
    return _Shot(time.monotonic() + float(args[0]) / 1000, target, site)


def _site() -> str:
    frame = traceback.extract_stack(limit=3)[0]
    return f"{frame.filename}:{frame.lineno} in {frame.name}"


def _runs(thing: QObject) -> bool:
    if isinstance(thing, QTimer):
        return thing.isActive()
    if isinstance(thing, QThread):
        return not thing.wait(_THREAD_GRACE_MS) if thing.isRunning() else False
    return isinstance(thing, QAbstractAnimation) and thing.state() == QAbstractAnimation.State.Running


def _stop(thing: QObject) -> None:
    if isinstance(thing, QTimer | QAbstractAnimation):
        thing.stop()
    elif isinstance(thing, QThread):
        thing.requestInterruption()
        thing.quit()
        if not thing.wait(_THREAD_GRACE_MS):
            thing.terminate()
            thing.wait()


def _name(thing: QObject) -> str:
    return f"{type(thing).__name__} {thing.objectName()}".strip()


def _deliver_deletions() -> None:
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
