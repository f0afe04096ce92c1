"""What can go wrong on the way to a venue.

NetworkTrouble
├── SaysNo          the host answered with an error of its own, such as a plan that is too small
└── TooFast         the host asks to wait (429, 418, Bybit's 403, a code in an answer)
"""

from __future__ import annotations

from desktop.domain.errors import NetworkTrouble


class SaysNo(NetworkTrouble):
    """The host answered with an error in its envelope; `code` is its own."""

    def __init__(self, message: str, remedy: str, code: str) -> None:
        super().__init__(message, remedy)
        self.code = code


class TooFast(NetworkTrouble):
    """The host asks to wait; `wait_seconds` is how long nothing may be asked. `status` may be a code of its own."""

    def __init__(self, host: str, status: int | str, wait_seconds: float) -> None:
        super().__init__(
            f"{host} answered {status}: too many requests", f"Nothing is asked there for {wait_seconds:.0f} s."
        )
        self.status = status
        self.wait_seconds = wait_seconds
