"""What to tell a person whose wallet cannot be reached: the doctor's first finding, looked up when it may change."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop.domain.errors import DeviceTrouble
from desktop.hw import errors
from desktop.hw.device_facts import gathered
from desktop.hw.doctor import DeviceFacts, DeviceFinding, diagnosed

_GOOD_FOR_S = 30.0
_EXPLAINED = (errors.NoDevice, errors.DeviceGone, errors.AccessDenied, errors.LibraryMissing)


class Advice:
    """Explains troubles that lie in the way to the wallet; for others there is nothing to add. One thread's own,
    but for `forget`.
    """

    def __init__(
        self,
        look: Callable[[], DeviceFacts] = lambda: gathered(ask=False),
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._clock_s = clock_s
        self._trouble = ""
        self._until_s = 0.0
        self._finding: DeviceFinding | None = None

    def forget(self) -> None:
        """Look anew the next time: something was plugged, or mended. Any thread."""
        self._until_s = 0.0

    def on(self, trouble: DeviceTrouble) -> DeviceFinding | None:
        """Return what the doctor finds first, by looking alone; None where the trouble itself says it best."""
        if not isinstance(trouble, _EXPLAINED):
            return None
        if trouble.message != self._trouble or self._clock_s() >= self._until_s:
            self._trouble, self._until_s = trouble.message, self._clock_s() + _GOOD_FOR_S
            self._finding = next((one for one in diagnosed(self._look()) if one.stops and one.kind != "absent"), None)
        return self._finding
