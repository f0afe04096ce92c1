"""The device's own thread: it finds the wallet, holds it, and does one operation after the other.

Others talk to it by queue: `submit` an operation and get a future, `cancel` what is being asked, read `state`.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors, public_keys
from desktop.hw.advice import Advice
from desktop.hw.carriers.discovery import the_wallet
from desktop.hw.carriers.transport import Transport
from desktop.hw.looking_pace import LookingPace, Watch
from desktop.hw.prompts import PromptDesk, Prompter
from desktop.hw.session import Screen, Session

T = TypeVar("T")

_JOIN_S = 15.0
_WAITS = ("the wallet waits for its passphrase", "It is asked for when the wallet is needed.")


class DeviceState(msgspec.Struct, frozen=True):
    """The wallet as it stands. `screen` is what it is expected to show, drawn from what was asked; `asks`: it waits
    for a key. `fingerprint` is the master key's, "" until it could be read. `mend` names what Seawall could do about
    the trouble itself, with the person's consent.
    """

    state: Literal["absent", "connecting", "ready", "busy", "locked", "trouble"] = "absent"
    path: str = ""
    model: str = ""
    firmware: str = ""
    bitcoin_only: bool = False
    label: str = ""
    fingerprint: str = ""
    screen: Screen = ()
    asks: bool = False
    trouble: str = ""
    remedy: str = ""
    mend: Literal["", "udev-rule"] = ""


class _Job(NamedTuple):
    operation: Callable[[Session], Any]
    future: Future[Any]


class DeviceWorker:
    """Owns the wallet. All methods may be called from any thread; `on_change` is called on the device's thread.

    `find` returns the devices that are there now, closed. With none the worker looks again every `poll_s`; an idle
    device is looked after as often, an asking one never. With a `watch` that can tell of plugging, it looks at once
    when told and seldom otherwise; with `advice` it tells what stands in the way. An operation is done at most once,
    even if the link breaks.
    """

    def __init__(
        self,
        find: Callable[[], Sequence[Transport]],
        on_change: Callable[[DeviceState], None],
        *,
        prompter: Prompter | None = None,
        poll_s: float = 1.0,
        watch: Watch | None = None,
        advice: Advice | None = None,
    ) -> None:
        self._find = find
        self._on_change = on_change
        self._prompter = prompter
        self._pace = LookingPace(poll_s, watch)
        self._advice = advice
        self._state = DeviceState()
        self._session: Session | None = None
        self._trouble: DeviceTrouble = errors.NoDevice()
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._stopping = False
        self._asking = threading.Lock()  # guards what cancel may reach
        self._cancellable: Session | None = None
        self._thread = threading.Thread(target=self._run, name="device", daemon=True)

    @property
    def state(self) -> DeviceState:
        """Return the device as it stands, at once."""
        return self._state

    def start(self) -> None:
        """Start the thread and begin to look for a device."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel what is being asked, let go of the device and end the thread. Waiting operations fail."""
        with self._asking:
            self._stopping = True
        self.cancel()
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def submit(self, operation: Callable[[Session], T]) -> Future[T]:
        """Queue an operation. Its future gives the result or raises DeviceTrouble, NoDevice if none is connected."""
        job = _Job(operation, Future())
        with self._asking:
            if self._stopping:
                job.future.set_exception(errors.DeviceGone("Seawall is closing"))
            else:
                self._jobs.put(job)
        return job.future

    def cancel(self) -> None:
        """Cancel the operation being done, if any: the device gets a Cancel and the operation raises Cancelled."""
        with self._asking:
            if self._cancellable is not None:
                self._cancellable.cancel()

    def look_again(self) -> None:
        """Look for the wallet now: something may have changed. Any thread."""
        if self._advice is not None:
            self._advice.forget()
        self._jobs.put(None)

    def _run(self) -> None:
        self._pace.start(self.look_again)
        while not self._stopping:
            if self._session is None:
                self._connect()
            try:
                job = self._jobs.get(timeout=self._pace.pause_s(settled=self._settled()))
            except queue.Empty:
                job = None
            if job is not None:
                self._do(job)
            elif not self._stopping:
                self._look_after()
        self._close()
        self._pace.stop()

    def _settled(self) -> bool:
        """Return whether only plugging can change something, of which the system tells for cables."""
        state = self._state
        return state.state == "absent" or (state.state == "ready" and not state.path.startswith("udp:"))

    def _connect(self) -> None:
        session = None
        try:
            transport = the_wallet(self._find())
            session = Session(transport, self._prompter, on_screen=self._show)
            self._change(DeviceState(state="connecting", path=transport.path))
            self._reach(session)
            session.begin()
            self._session = session
            self._get_to_know(session)
        except DeviceTrouble as trouble:
            if session is not None:
                session.drop()
            self._lose(trouble)
        finally:
            self._reach(None)

    def _get_to_know(self, session: Session) -> None:
        identity = session.identity
        known = DeviceState(
            path=self._state.path,
            model=identity.model,
            firmware=identity.firmware,
            bitcoin_only=identity.bitcoin_only,
            label=identity.label,
        )
        if session.features.initialized is False:
            raise errors.NotSetUp
        if session.features.unlocked is False:
            locked = errors.Locked()
            self._change(msgspec.structs.replace(known, state="locked", trouble=locked.message, remedy=locked.remedy))
            return
        if session.features.passphrase_protection and isinstance(self._prompter, PromptDesk):
            waits = msgspec.structs.replace(known, state="locked", trouble=_WAITS[0], remedy=_WAITS[1])
            self._change(waits)  # a person is asked when the wallet is needed, not because it was plugged in
            return
        fingerprint = public_keys.fingerprint(session)
        self._change(msgspec.structs.replace(known, state="ready", fingerprint=fingerprint))

    def _look_after(self) -> None:
        session = self._session
        if session is None:
            return
        if not session.present():
            self._lose(errors.DeviceGone())
        elif self._state.state == "locked":
            self._attempt(session, lambda: self._ask_again(session))

    def _ask_again(self, session: Session) -> None:
        session.resume()
        if session.features.unlocked:
            self._get_to_know(session)

    def _do(self, job: _Job) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        if self._session is None:
            self._connect()
        session = self._session
        if session is None:
            job.future.set_exception(self._trouble)
            return
        self._change(msgspec.structs.replace(self._state, state="busy"))
        results: list[Any] = []
        trouble = self._attempt(session, lambda: results.append(self._done(session, job)))
        if trouble is None:
            job.future.set_result(results[0])
        else:
            job.future.set_exception(trouble)

    def _done(self, session: Session, job: _Job) -> Any:
        session.resume()
        fingerprint = public_keys.fingerprint(session)  # a new session may be another wallet: say so before asking
        self._change(
            msgspec.structs.replace(self._state, state="busy", fingerprint=fingerprint, trouble="", remedy="")
        )
        result = job.operation(session)
        self._change(msgspec.structs.replace(self._state, state="ready"))
        return result

    def _attempt(self, session: Session, work: Callable[[], object]) -> Exception | None:
        """Do the work on the device and leave a true state behind; return what went wrong."""
        before = self._state
        self._reach(session)
        try:
            work()
        except DeviceTrouble as trouble:
            if session.over:
                self._lose(trouble)
            else:
                self._change(msgspec.structs.replace(before, state="ready" if before.fingerprint else "locked"))
            return trouble
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for the operation
            self._change(msgspec.structs.replace(before, state="ready" if before.fingerprint else "locked"))
            return error
        finally:
            self._reach(None)
        return None

    def _reach(self, session: Session | None) -> None:
        with self._asking:
            self._cancellable = session
            if session is None:
                return
            if self._stopping:
                session.cancel()
            else:
                session.allow()

    def _lose(self, trouble: DeviceTrouble) -> None:
        if self._session is not None:
            self._session.drop()
            self._session = None
        self._trouble = trouble
        self._change(self._without(trouble))

    def _without(self, trouble: DeviceTrouble) -> DeviceState:
        """Return the state without a wallet, in the doctor's words where they say more than the trouble's own."""
        gone = isinstance(trouble, errors.DeviceGone | errors.NoDevice)
        found = self._advice.on(trouble) if self._advice is not None else None
        if found is None:
            words = "" if gone else trouble.message
            return DeviceState(state="absent" if gone else "trouble", trouble=words, remedy=trouble.remedy)
        absent = gone and found.kind != "fido alone"
        return DeviceState(
            state="absent" if absent else "trouble", trouble=found.found, remedy=found.remedy, mend=found.mend
        )

    def _show(self, lines: Screen, asks: bool) -> None:
        self._change(msgspec.structs.replace(self._state, screen=lines, asks=asks))

    def _change(self, state: DeviceState) -> None:
        if state != self._state:
            self._state = state
            self._on_change(state)

    def _close(self) -> None:
        if self._session is not None:
            self._session.end()
            self._session = None
        self._state = DeviceState()
        while not self._jobs.empty():
            job = self._jobs.get()
            if job is not None and job.future.set_running_or_notify_cancel():
                job.future.set_exception(errors.DeviceGone("Seawall is closing"))
