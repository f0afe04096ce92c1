"""What can go wrong on the way to a venue.

NetworkTrouble
└── TooFast         the venue asks to wait (429, 418, Bybit's 403)
"""

from __future__ import annotations

from desktop.domain.errors import NetworkTrouble


class TooFast(NetworkTrouble):
    """The venue asks to wait; `wait_seconds` is how long nothing may be asked."""

    def __init__(self, host: str, status: int, wait_seconds: float) -> None:
        super().__init__(
            f"{host} answered {status}: too many requests", f"Nothing is asked there for {wait_seconds:.0f} s."
        )
        self.status = status
        self.wait_seconds = wait_seconds
