"""One Seawall per profile: a second start raises the first window and ends."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop.domain.errors import Refused

_CONNECT_MS = 1000


class OneInstance(QObject):
    """The claim on a profile's folder. GUI thread.

    Signals:
        raised: another start asked this one to come to the front.
    """

    raised = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = QLockFile(str(folder / "seawall.lock"))
        # A lock whose owner is dead is taken over; age alone never frees it, for a window may stay open for months.
        self._lock.setStaleLockTime(0)
        # Paths of local sockets are short on some platforms, so the name is a digest of the folder.
        self._name = "seawall-" + hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:24]
        self._server: QLocalServer | None = None

    def claim(self) -> bool:
        """Return True if this process now owns the profile; otherwise raise the window of the one that does.

        Raise Refused when another process holds the profile and does not answer.
        """
        if self._lock.tryLock(0):
            self._listen()
            return True
        self._call_first()
        return False

    def release(self) -> None:
        """Give the profile up."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # left behind by a process that was killed
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._called)
        self._server.listen(self._name)

    @Slot()
    def _called(self) -> None:
        if self._server is None:
            return
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.disconnectFromServer()
            caller.deleteLater()
            self.raised.emit()

    def _call_first(self) -> None:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_CONNECT_MS):
            process = self._lock.getLockInfo()[0]
            raise Refused(
                f"another Seawall (process {process}) holds this profile and does not answer",
                "End it, or open another profile with --profile NAME.",
                rule="one instance",
            )
        socket.disconnectFromServer()
