"""The root of every error Seawall raises on purpose.

SeawallError
├── WrongUsage          the call itself is off                       exit code 2
├── BadInput            a file, line, byte or value is off           exit code 3
│   └── Unreadable      a venue message that could not be read
├── DeviceTrouble       the wallet or the way to it (desktop.hw.errors)  exit code 4
├── NetworkTrouble      a host did not answer as it should           exit code 5
└── Refused             a guard said no                              exit code 6

Each carries data and says, in `message`, what is wrong with which thing, and in `remedy` what to do next.
"""

from __future__ import annotations


class SeawallError(Exception):
    """Something a person can be told: `message` names the thing, `remedy` the next step."""

    exit_code: int = 1

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class WrongUsage(SeawallError):
    """The command or call was not of the form it takes."""

    exit_code = 2


class BadInput(SeawallError):
    """Something given to Seawall is not of the documented form; `where` names file, line or byte."""

    exit_code = 3

    def __init__(self, message: str, remedy: str = "", *, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message, remedy)
        self.where = where


class Unreadable(BadInput):
    """A venue's message could not be read; `offset` is the byte at which reading stopped, or None."""

    def __init__(self, reason: str, offset: int | None = None) -> None:
        super().__init__(reason, "The message is set aside; the run goes on.")
        self.reason = reason
        self.offset = offset


class DeviceTrouble(SeawallError):
    """The hardware wallet, or the way to it, did not do what was asked."""

    exit_code = 4


class NetworkTrouble(SeawallError):
    """A host did not answer, or answered something else than documented."""

    exit_code = 5


class Refused(SeawallError):
    """A guard forbids the step; `rule` names the guard."""

    exit_code = 6

    def __init__(self, message: str, remedy: str = "", *, rule: str = "") -> None:
        super().__init__(message, remedy)
        self.rule = rule
