"""What a person does by hand in the practice world: the exchange's own page and the keys of the on-screen device."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from desktop.engine.desk_view import ExchangePageView
from desktop.worlds.practice.exchange import PracticeExchange


class OnScreenDevice(Protocol):
    """The face of a device without a body."""

    def screen(self) -> Sequence[str]:
        """Return the words it shows now. Any thread."""

    def asks(self) -> bool:
        """Return whether it waits for a key. Any thread."""

    def press(self, *, yes: bool) -> None:
        """Press a key. Any thread."""


class Desk:
    """Fills the port `PracticeDesk`. `page` and `press` from any thread, the rest on the event loop."""

    def __init__(self, exchange: PracticeExchange, device: OnScreenDevice) -> None:
        self._exchange, self._device = exchange, device

    def page(self) -> ExchangePageView:
        """Return what the practice exchange's page shows now."""
        return self._exchange.page()

    async def save_address(self, coin: str, address: str) -> None:
        """Save an address there. Raises Refused with the exchange's words."""
        self._exchange.save_address(coin, address)

    async def withdraw(self, coin: str, amount: Decimal) -> None:
        """Press 'Withdraw' there. Raises Refused with the exchange's words."""
        self._exchange.withdraw(coin, amount)

    def press(self, *, yes: bool) -> None:
        """Press a key of the device."""
        self._device.press(yes=yes)

    def screen(self) -> tuple[Sequence[str], bool]:
        """Return the device's words and whether it asks."""
        return self._device.screen(), self._device.asks()
