"""The keychain's door: refused back ends, translated errors, the thread it may be asked on, and a real keychain."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.fail import Keyring as NothingFound
from keyring.backends.null import Keyring as NullKeyring
from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

from desktop.domain.errors import WrongUsage
from desktop.storage.errors import KeychainLocked, KeychainRefused, KeychainTrouble, NoKeychain
from desktop.storage.secrets import Secrets

_SECRET = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"


class OpenBook(KeyringBackend):
    """A back end that writes secrets where everybody can read them."""

    priority = -1  # type: ignore[assignment]  # never chosen by keyring's own detection
    viable = False

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class SystemKeychain(OpenBook):
    """The same in memory, under the name of a trusted back end, failing when told to."""

    def __init__(self, fault: Exception | None = None, *, forgets: bool = False) -> None:
        super().__init__()
        self.fault = fault
        self.forgets = forgets

    def get_password(self, service: str, username: str) -> str | None:
        if self.fault is not None:
            raise self.fault
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.fault is not None:
            raise self.fault
        if not self.forgets:
            super().set_password(service, username, password)


SystemKeychain.__module__ = "keyring.backends.SecretService"


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[KeyringBackend], Secrets]:
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)

    def chosen(backend: KeyringBackend) -> Secrets:
        keyring.set_keyring(backend)
        return Secrets(main_thread_is_fine=True)

    return chosen


Use = Callable[[KeyringBackend], Secrets]


def test_a_secret_is_kept_replaced_and_forgotten(use: Use) -> None:
    secrets = use(SystemKeychain())
    assert secrets.get("binance/key") is None
    secrets.put("binance/key", "one")
    secrets.put("binance/key", "two")
    assert secrets.get("binance/key") == "two"
    secrets.delete("binance/key")
    secrets.delete("binance/key")
    assert secrets.get("binance/key") is None


@pytest.mark.parametrize("backend", [OpenBook, NullKeyring])
def test_a_back_end_that_is_not_the_systems_own_is_refused_before_it_sees_anything(
    use: Use, backend: type[KeyringBackend]
) -> None:
    made = backend()
    secrets = use(made)
    with pytest.raises(KeychainRefused, match=backend.__qualname__) as caught:
        secrets.put("binance/secret", _SECRET)
    assert caught.value.remedy
    assert not getattr(made, "kept", None)
    state = secrets.state()
    assert not state.usable
    assert state.backend.endswith(backend.__qualname__)
    assert state.reason
    assert state.remedy


def test_a_chain_is_only_as_good_as_its_worst_member(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ChainerBackend, "backends", [SystemKeychain(), OpenBook()])
    with pytest.raises(KeychainRefused, match="OpenBook"):
        use(ChainerBackend()).get("binance/key")
    monkeypatch.setattr(ChainerBackend, "backends", [SystemKeychain()])
    assert use(ChainerBackend()).get("binance/key") is None
    monkeypatch.setattr(ChainerBackend, "backends", [])
    with pytest.raises(NoKeychain):
        use(ChainerBackend()).get("binance/key")


def test_without_a_keychain_the_words_say_what_to_start(use: Use) -> None:
    state = use(NothingFound()).state()
    assert not state.usable
    assert "no keychain" in state.reason
    assert state.remedy


def test_a_keychain_started_later_is_found(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = use(NothingFound())
    assert not secrets.state().usable
    monkeypatch.setattr(keyring.core, "_detect_backend", lambda limit=None: SystemKeychain())
    assert secrets.state().usable


def test_a_back_end_chosen_by_a_wrong_name_is_told(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "no_such_package.Keyring")
    with pytest.raises(NoKeychain, match="ModuleNotFoundError") as caught:
        Secrets(main_thread_is_fine=True).get("binance/key")
    assert "PYTHON_KEYRING_BACKEND" in caught.value.remedy


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (InitError("locked"), KeychainLocked),
        (KeyringLocked("locked"), KeychainLocked),
        (NoKeyringError("gone"), NoKeychain),
        (PasswordSetError(f"cannot keep {_SECRET}"), KeychainTrouble),
        (OSError(f"bus closed while sending {_SECRET}"), KeychainTrouble),
    ],
)
def test_every_failure_becomes_an_error_with_words_and_without_the_secret(
    use: Use, fault: Exception, kind: type[KeychainTrouble]
) -> None:
    secrets = use(SystemKeychain(fault))
    with pytest.raises(kind) as caught:
        secrets.put("binance/secret", _SECRET)
    assert type(caught.value) is kind
    assert _SECRET not in str(caught.value)
    assert caught.value.remedy
    state = secrets.state()
    assert not state.usable
    assert state.backend == "keyring.backends.SecretService.SystemKeychain"


def test_a_keychain_that_forgets_what_it_took_is_found_out(use: Use) -> None:
    with pytest.raises(KeychainTrouble, match="did not keep"):
        use(SystemKeychain(forgets=True)).put("binance/secret", _SECRET)


def test_the_lock_is_free_again_after_a_failure(use: Use) -> None:
    backend = SystemKeychain(KeyringLocked("locked"))
    secrets = use(backend)
    with pytest.raises(KeychainLocked):
        secrets.get("binance/key")
    backend.fault = None
    assert secrets.get("binance/key") is None


def test_it_is_never_asked_on_the_main_thread(use: Use) -> None:
    use(SystemKeychain())
    secrets = Secrets()
    for question in (
        secrets.state,
        lambda: secrets.get("a"),
        lambda: secrets.put("a", "b"),
        lambda: secrets.delete("a"),
    ):
        with pytest.raises(AssertionError, match="GUI thread"):
            question()
    answers: list[bool] = []
    worker = threading.Thread(target=lambda: answers.append(secrets.state().usable))
    worker.start()
    worker.join()
    assert answers == [True]


@pytest.mark.parametrize(("name", "value"), [("", "x"), ("a\n", "x"), ("x" * 129, "x"), ("a", "")])
def test_what_cannot_be_kept_is_wrong_usage(use: Use, name: str, value: str) -> None:
    with pytest.raises(WrongUsage):
        use(SystemKeychain()).put(name, value)


_SESSION = """
import sys
from desktop.storage.errors import KeychainTrouble
from desktop.storage.secrets import Secrets

secrets = Secrets("seawall-test", main_thread_is_fine=True)
state = secrets.state()
assert state.usable, state
assert state.backend == "keyring.backends.SecretService.Keyring", state
assert secrets.get("venue/key") is None
secrets.put("venue/key", "first")
secrets.put("venue/key", "sécond")
assert Secrets("seawall-test", main_thread_is_fine=True).get("venue/key") == "sécond"
assert Secrets("another", main_thread_is_fine=True).get("venue/key") is None
secrets.delete("venue/key")
assert secrets.get("venue/key") is None
print("kept and forgotten")
"""


@pytest.mark.skipif(
    not (sys.platform == "linux" and shutil.which("gnome-keyring-daemon") and shutil.which("dbus-run-session")),
    reason="needs gnome-keyring-daemon and dbus-run-session",
)
def test_a_real_secret_service_keeps_and_forgets(tmp_path: Path) -> None:
    for name in ("data", "config", "cache", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    places = {f"XDG_{name.upper()}_HOME": str(tmp_path / name) for name in ("data", "config", "cache")}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "PYTHON_KEYRING"))},
        **places,
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
    }
    # The daemon stays with the bus and ends with it; `cat` keeps standard error apart from its own words.
    script = (
        "printf open-for-the-test | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &"
        ' daemon=$!; "$0" -c "$1"; code=$?; kill $daemon; wait $daemon; exit $code'
    )
    ready = _WAIT_FOR_SERVICE + _SESSION
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, sys.executable, ready],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "kept and forgotten" in done.stdout


# Waits on the bus's own signal, not on time.
_WAIT_FOR_SERVICE = """
from jeepney import DBus, MatchRule, message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

with open_dbus_connection(bus="SESSION") as bus:
    door = Proxy(message_bus, bus)
    name = "org.freedesktop.secrets"
    rule = MatchRule(type="signal", interface=message_bus.interface, member="NameOwnerChanged")
    rule.add_arg_condition(0, name)
    with bus.filter(rule) as changes:
        door.AddMatch(rule)
        if not door.NameHasOwner(name)[0]:
            bus.recv_until_filtered(changes, timeout=20)
"""
