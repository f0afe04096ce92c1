"""Carries the engine's rare news over to the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop.engine.door import (
    EngineDoor,
    EngineStalled,
    EngineStopped,
    FallbackNotification,
    IncidentNews,
    News,
    PersonWantsTransfer,
    Rang,
    RuleTried,
)


class EngineBridge(QObject):
    """Turns news of the engine's thread into queued signals. Lives on the GUI thread.

    Signals:
        incident(IncidentNews): an incident opened, rose, reminds, or closed.
        rule_tried(RuleTried): what a rule would have done.
        rang(Rang): an incident rings now.
        fallback(FallbackNotification): the desktop has no notifications with buttons.
        transfer_wanted(str): 'Open transfer' was pressed outside the window, for this incident.
        stalled(float): the engine has judged nothing for so many seconds; 0 once it goes on.
        stopped(str): the engine ended; the reason is empty when it was asked to.
    """

    incident = Signal(object)
    rule_tried = Signal(object)
    rang = Signal(object)
    fallback = Signal(object)
    transfer_wanted = Signal(str)
    stalled = Signal(float)
    stopped = Signal(str)
    _arrived = Signal(object)

    def __init__(self, door: EngineDoor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._deaf = False
        self._arrived.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        door.listen(self._hear)

    def stop_listening(self) -> None:
        """Let later news pass unheard: the window is going away."""
        self._deaf = True

    def _hear(self, news: News) -> None:
        # The engine's thread: only a queued signal leaves here.
        if not self._deaf:
            self._arrived.emit(news)

    @Slot(object)
    def _tell(self, news: News) -> None:
        if isinstance(news, IncidentNews):
            self.incident.emit(news)
        elif isinstance(news, RuleTried):
            self.rule_tried.emit(news)
        elif isinstance(news, Rang):
            self.rang.emit(news)
        elif isinstance(news, FallbackNotification):
            self.fallback.emit(news)
        elif isinstance(news, PersonWantsTransfer):
            self.transfer_wanted.emit(news.incident_id)
        elif isinstance(news, EngineStalled):
            self.stalled.emit(news.seconds)
        elif isinstance(news, EngineStopped):
            self.stopped.emit(news.reason)
