"""Collects cyclic garbage on the GUI thread only.

Python's collector runs on whichever thread happens to allocate. When that is the engine's, it would take Qt objects
apart away from their thread, and Qt ends the process for it. So the automatic collector rests while a window is open,
and a timer does its work here.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

LOOK_MS = 1000


class GuiThreadGarbage(QObject):
    """Take the collector over until `give_back`. GUI thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.collect_due)

    def take_over(self) -> None:
        """Stop the automatic collector and begin to look each second."""
        # What start-up made stays for the whole run: later looks need not walk through it again.
        gc.collect()
        gc.freeze()
        gc.disable()
        self._timer.start(LOOK_MS)

    def give_back(self) -> None:
        """Let the automatic collector run again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def collect_due(self) -> None:
        """Collect the generations whose thresholds are passed, as the automatic collector would."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            if counts[generation] > self._thresholds[generation]:
                gc.collect(generation)
                return
