"""The only door to the system's keychain. Back ends that would keep secrets in the open are refused."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

import keyring
import keyring.core
import keyring.errors
import msgspec
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NothingFound

from desktop.domain.errors import WrongUsage
from desktop.storage.errors import KeychainLocked, KeychainRefused, KeychainTrouble, NoKeychain

_TRUSTED = frozenset(
    f"keyring.backends.{name}" for name in ("SecretService", "libsecret", "kwallet", "Windows", "macOS")
)
_PROBE = "is-the-keychain-there"
_LONGEST_NAME = 128

_START = {
    "linux": "Start a keychain such as GNOME Keyring, KWallet or KeePassXC in this session, then try again.",
    "darwin": "Open Keychain Access and see that the login keychain is there.",
    "win32": "See that the service 'Credential Manager' runs.",
}
_UNLOCK = "Unlock the keychain, then try again."
_CHOOSE = "Remove this choice of back end (PYTHON_KEYRING_BACKEND, keyringrc.cfg, or the package keyrings.alt)."

_T = TypeVar("_T")


class KeychainState(msgspec.Struct, frozen=True):
    """Whether secrets can be kept here; `backend` is "" if none was found, `reason` and `remedy` if all is well."""

    usable: bool
    backend: str
    reason: str = ""
    remedy: str = ""


class Secrets:
    """Keep secrets of one service by name. Any thread but the main one: the keychain may ask the person something.

    Raise NoKeychain, KeychainRefused, KeychainLocked, or KeychainTrouble for all else. On the main thread raise
    AssertionError, unless made with `main_thread_is_fine` (a command line has no window that could freeze).
    """

    def __init__(self, service: str = "seawall", *, main_thread_is_fine: bool = False) -> None:
        self._service = service
        self._main_thread_is_fine = main_thread_is_fine
        self._one_at_a_time = threading.Lock()

    def state(self) -> KeychainState:
        """Return whether secrets can be kept. It reads once, so the person may be asked to unlock."""
        backend = ""
        try:
            with self._keychain() as found:
                backend = full_name(found)
                _asked(lambda: found.get_password(self._service, _PROBE))
        except KeychainTrouble as trouble:
            refused = trouble.backend if isinstance(trouble, KeychainRefused) else backend
            return KeychainState(False, refused, trouble.message, trouble.remedy)
        return KeychainState(True, backend)

    def get(self, name: str) -> str | None:
        """Return the secret of this name, None if there is none."""
        _check_name(name)
        with self._keychain() as found:
            return _asked(lambda: found.get_password(self._service, name))

    def put(self, name: str, value: str) -> None:
        """Keep this secret, in place of an earlier one of this name. Raise WrongUsage for an empty one."""
        _check_name(name)
        if not value:
            raise WrongUsage("an empty secret cannot be kept", "Enter it again, or delete the old one.")
        with self._keychain() as found:
            _asked(lambda: found.set_password(self._service, name, value))
            # Back ends exist that take a secret and forget it without a word.
            if _asked(lambda: found.get_password(self._service, name)) != value:
                raise KeychainTrouble("the keychain did not keep what it was given", _UNLOCK)

    def delete(self, name: str) -> None:
        """Forget the secret of this name; nothing happens if there is none."""
        _check_name(name)
        with self._keychain() as found:
            if _asked(lambda: found.get_password(self._service, name)) is not None:
                _asked(lambda: found.delete_password(self._service, name))

    def _keychain(self) -> _Held:
        if not self._main_thread_is_fine and threading.current_thread() is threading.main_thread():
            raise AssertionError("the keychain is never asked on the GUI thread")
        return _Held(self._one_at_a_time)


class _Held:
    """The trusted back end, asked by one thread at a time."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock

    def __enter__(self) -> KeyringBackend:
        self._lock.acquire()
        try:
            return _trusted()
        except BaseException:
            self._lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def full_name(backend: KeyringBackend) -> str:
    """Return module and class of a back end."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _trusted() -> KeyringBackend:
    found = _detected()
    members = _members(found)
    if isinstance(found, NothingFound) or not members:
        raise NoKeychain("no keychain was found in this session", _START.get(sys.platform, _START["linux"]))
    for member in members:
        if type(member).__module__ not in _TRUSTED:
            name = full_name(member)
            words = f"the keychain back end {name} is not one of the system's own, so it would not keep secrets safe"
            raise KeychainRefused(words, _CHOOSE, backend=name)
    return found


def _detected() -> KeyringBackend:
    try:
        found = keyring.get_keyring()
        if isinstance(found, NothingFound):
            # It may have been started since: what was not found once is looked for again.
            keyring.core.init_backend()
            found = keyring.get_keyring()
    except Exception as error:
        # A back end chosen by name can fail in any way while it is loaded.
        raise NoKeychain(f"the chosen keychain cannot be loaded: {type(error).__name__}", _CHOOSE) from error
    return found


def _members(found: KeyringBackend) -> list[KeyringBackend]:
    return list(found.backends) if isinstance(found, ChainerBackend) else [found]


def _asked(question: Callable[[], _T]) -> _T:
    """Return the answer. Errors lose their own words on the way: some back ends quote what they were given."""
    try:
        return question()
    except keyring.errors.NoKeyringError:
        raise NoKeychain("no keychain was found in this session", _START.get(sys.platform, "")) from None
    except (keyring.errors.KeyringLocked, keyring.errors.InitError):
        raise KeychainLocked("the keychain is locked", _UNLOCK) from None
    except Exception as error:  # noqa: BLE001
        # Beside KeyringError, errors of the bus and of the service come through as they are.
        raise KeychainTrouble(f"the keychain failed: {type(error).__name__}", _UNLOCK) from None


def _check_name(name: str) -> None:
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise WrongUsage(f"{name!r} cannot be the name of a secret")
