"""What can go wrong where Seawall keeps things.

SeawallError                                    exit code 1
└── KeychainTrouble     the system's keychain did not keep or give a secret
    ├── NoKeychain      none is running, or none was found
    ├── KeychainRefused one was found that would not keep secrets safe
    └── KeychainLocked  it is there and was not unlocked

A file that cannot be read is `BadInput`, as everywhere.
"""

from __future__ import annotations

from desktop.domain.errors import SeawallError


class KeychainTrouble(SeawallError):
    """The keychain did not do what was asked; the message never holds a secret."""


class NoKeychain(KeychainTrouble):
    """No keychain of the system was found."""


class KeychainRefused(KeychainTrouble):
    """A back end that Seawall does not trust with secrets; `backend` is its full name."""

    def __init__(self, message: str, remedy: str, *, backend: str) -> None:
        super().__init__(message, remedy)
        self.backend = backend


class KeychainLocked(KeychainTrouble):
    """The keychain is locked and the person did not, or could not, unlock it."""
