"""What the main window needs of the transfer page, which is put in from outside."""

from __future__ import annotations

from typing import Protocol

from desktop.engine.desk_view import DeskView


class TransferSide(Protocol):
    """What the window needs of the transfer page beside being a widget."""

    def open_for(self, incident_id: str, coin: str) -> None:
        """Show the open transfer, or draft one for this incident."""

    def take_focus(self) -> None:
        """Put the keyboard where its page begins."""

    def show_view(self, view: DeskView) -> None:
        """Show the transfers of a view."""
