"""One conversation with one device: a request goes out once, whatever the device asks in between is answered here.

Owned by a single thread; only `cancel` may be called from others. Every answer is matched to its request by type.
What does not fit drops the link, since later answers could then belong to earlier requests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from desktop.domain.bitcoin_keys import PublicNode
from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors, second_protocol
from desktop.hw import messages as m
from desktop.hw.carriers.transport import Transport
from desktop.hw.greeting import greet
from desktop.hw.identity import Identity, identified
from desktop.hw.interruptions import Interruptions
from desktop.hw.prompts import FixedAnswers, Prompter
from desktop.hw.wire.codec import Message
from desktop.hw.wire.link import Link

M = TypeVar("M", bound=Message)
Screen = tuple[str, ...]

_FAREWELL_S = 1.0
_ANY_SCREEN = ("Look at the wallet and follow it",)


def _ignore_screen(lines: Screen, asks: bool) -> None:
    pass


class Session:
    """An open link to a device. `quick_s` bounds only what needs no person; a person has all the time there is."""

    def __init__(
        self,
        transport: Transport,
        prompter: Prompter | None = None,
        *,
        on_screen: Callable[[Screen, bool], None] = _ignore_screen,
        quick_s: float = 20.0,
    ) -> None:
        self.features = m.Features()
        self.identity: Identity = identified(self.features)
        self.known_nodes: dict[tuple[int, ...], PublicNode] = {}
        self.known_fingerprint = ""
        self.opened: dict[str, bytes] = {}  # the session id of each wallet that was opened, by its fingerprint
        self.prompter = prompter or FixedAnswers()
        self._link = Link(transport, quick_s)
        self._on_screen = on_screen
        self._between = Interruptions(self._link, self.prompter, self._show)
        self._midway = False  # the device may be waiting for more of a request
        self._in_flow = False

    @property
    def over(self) -> bool:
        """Return whether the link was dropped; nothing can be asked any more."""
        return self._link.over

    @property
    def protocol(self) -> int:
        """Return the version of the wire protocol it speaks: 1, or 2, which is experimental."""
        return self._link.protocol

    @property
    def stop(self) -> threading.Event:
        """Return what is set when the person cancelled what is being asked."""
        return self._link.stop

    def begin(self) -> None:
        """Open the link, clear what others left in it, and read who this is.

        Raises NoDevice, DeviceBusy, AccessDenied, InBootloader, or what `call` raises.
        """
        try:
            self._meet(greet(self._link))
            if self.features.bootloader_mode:
                raise errors.InBootloader
        except errors.Silent:
            self.drop()
            raise errors.DoesNotAnswer from None
        except DeviceTrouble:
            self.drop()
            raise

    def resume(self) -> None:
        """Make sure the device is still in this session; forget what was known if it started a new one.

        Raises WrongWallet if it is another device or was wiped.
        """
        self.restart(self.features.session_id)

    def restart(self, session_id: bytes | None) -> None:
        """Go on in the session with this id, or in a new one, whose wallet is then asked for anew.

        A device that was without power knows no old id, and begins a new one without a word. Raises WrongWallet if it
        is another device or was wiped.
        """
        before = self.features
        self._link.clear()
        if self.protocol == 1:
            self._meet(self.call(m.Initialize(session_id=session_id), m.Features))
        else:
            self._meet(second_protocol.resumed(self, session_id))
        if self.features.device_id != before.device_id:
            self.drop()
            raise errors.WrongWallet(f"device {before.device_id}", f"device {self.features.device_id}")
        if self.features.session_id is None or self.features.session_id != before.session_id:
            self.forget_wallet()  # without an id, old firmware cannot say whether it is the same wallet

    def forget_wallet(self) -> None:
        """Forget what was known of the open wallet: another one may be open now."""
        self.known_nodes.clear()
        self.known_fingerprint = ""

    def call(
        self,
        request: Message,
        expect: type[M] | tuple[type[M], ...],
        *,
        screen: Screen | Callable[[], Screen] = _ANY_SCREEN,
        then: tuple[Screen, ...] = (),
        unhurried: bool = False,
        unannounced: bool = False,
    ) -> M:
        """Send the request once and return its answer, having answered what the device asked in between.

        `screen` is what the device is expected to show when it asks the person; a function is called while the
        device works, and must ask nothing of it. `then` is what it shows at further questions before the answer, in
        order; what it showed for this request before is told apart by its number. `unhurried`: a person may be
        reading a screen before the first answer, as in the middle of signing; it is waited for without limit.
        `unannounced`: the device shows the screen without saying that it does.

        Raises DeviceTrouble: NoPressed, Cancelled, Locked, PinWrong, NotSupported, DeviceRefused (the link stays);
        DeviceGone, Garbage, WrongAnswer (the link is dropped). A request whose answer was lost is never sent again.
        """
        if self.protocol == 2:
            second_protocol.open_for(self, request)
        if self._link.stop.is_set():
            raise errors.Cancelled
        self._midway = True
        if not self._in_flow:
            self._between.begin()
        try:
            self._link.expect_silence()
            self._link.send(request)
            lines = screen() if callable(screen) else screen
            if unannounced:
                self._on_screen(lines, True)
            patience_s = None if unhurried else self._link.quick_s
            return self._between.settled(request, expect, (lines, *then), patience_s)
        except DeviceTrouble as trouble:
            self._midway = False  # it refused, or was told to stop, or is let go of
            if isinstance(trouble, errors.DeviceGone | errors.Garbage | errors.WrongAnswer):
                self.drop()
            raise
        except BaseException:
            self._send_home()
            raise
        finally:
            if not self._in_flow:
                self._on_screen((), False)

    @contextmanager
    def flow(self) -> Iterator[None]:
        """Hold the calls of one request that takes several; whatever ends it early, the device is not left asking.

        Put every call of such a request, and the checks between them, inside `with session.flow():`. An exception
        raised in there (a check of ours that fails, a cancel between two calls, Ctrl+C) tells the device Cancel and
        waits until it is back home, then goes on as it was; a device that does not obey loses the link. Nothing is
        told where the device has refused, cannot be reached, or finished: Cancel is harmless to one that is at home.
        What was told of its screen stays told until the end: it may show more between two calls without another word.
        """
        self._midway, self._in_flow = False, True
        self._between.begin()
        try:
            yield
        except BaseException:
            self._send_home()
            raise
        finally:
            self._midway = self._in_flow = False
            self._on_screen((), False)

    def cancel(self) -> None:
        """Cancel what is being asked: the device is told so, and the call raises Cancelled. Any thread."""
        self._link.stop.set()

    def abandon(self) -> bool:
        """Tell the device to stop asking, after the owning thread left a call midway; then let go of it.

        Return whether it obeyed; one that did not may still wait for a key.
        """
        if not self.over:
            self._send_home()
        obeyed = not self.over
        self.drop()
        return obeyed

    def allow(self) -> None:
        """Forget an earlier cancel, before the next operation."""
        self._link.stop.clear()

    def present(self) -> bool:
        """Return whether the device is still there. Only while nothing is asked of it."""
        return self._link.present()

    def end(self) -> None:
        """Tell the device that the session is over, then let go of it."""
        if self.over:
            return
        self.allow()
        self._link.quick_s = min(_FAREWELL_S, self._link.quick_s)
        try:
            if self.protocol == 1:
                self.call(m.EndSession(), m.Success)
        except DeviceTrouble:
            pass  # it is being left anyway
        finally:
            self.drop()

    def drop(self) -> None:
        """Let go of the device at once."""
        self._link.drop()

    def ask_on_device(self, request: Message, expect: type[M], screen: Screen) -> M:
        """Call with a request that lets the person type on the device."""
        self._on_screen(screen, True)
        return self.call(request, expect, screen=screen, unhurried=True)

    def _send_home(self) -> None:
        """Tell a device that may be waiting for more of a request to give it up."""
        if self._midway and not self.over:
            self._link.tell_cancel()
        self._midway = False

    def _meet(self, features: m.Features) -> None:
        self.features = self._between.features = features
        self.identity = self._between.identity = identified(features, self._link.product)

    def _show(self, lines: Screen, asks: bool) -> None:
        self._on_screen(lines, asks)
