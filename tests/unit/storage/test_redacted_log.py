"""The log file: secrets, addresses and words of a wallet never reach it, whatever way they are logged."""

from __future__ import annotations

import logging
import stat
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from desktop.domain.errors import BadInput, WrongUsage
from desktop.risk.reading import State
from desktop.storage.redacted_log import FILE_NAME, REDACTED, start_log, stop_log

_API_SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
_QUERY = "symbol=BTCUSDT&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"
_ADDRESS = "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
_MNEMONIC = "all all all all all all all all all all all all"
_SECRETS = (_API_SECRET, _QUERY, _ADDRESS, _MNEMONIC)

_log = logging.getLogger("desktop.storage")  # loggers are called like modules


@pytest.fixture
def read(tmp_path: Path) -> Iterator[Callable[[], str]]:
    start_log(tmp_path, "debug")

    def text() -> str:
        stop_log()
        return (tmp_path / FILE_NAME).read_text(encoding="utf-8")

    yield text
    stop_log()


Read = Callable[[], str]


def _nothing_of(secret: str, text: str) -> bool:
    pieces = [secret, secret[:12], secret[-12:], "signature=", "all all"]
    return not any(piece in text for piece in pieces)


class Carrier:
    """An object whose words are a secret."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def __repr__(self) -> str:
        return self.secret

    __str__ = __repr__


class Sly(str):
    """A text that claims to be a known word."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


@pytest.mark.parametrize("secret", _SECRETS)
def test_a_secret_never_reaches_the_file_whatever_way_it_is_logged(
    read: Read, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Records that do not fit their template are on purpose here; handlers of the test run would stumble over them.
    monkeypatch.setattr(logging.getLogger("desktop"), "propagate", False)
    _log.info("asked %s with %r and %a", secret, secret, [secret])
    _log.info("asked %(what)s", {"what": secret, "other": secret})
    _log.info(f"asked {secret}")
    _log.info("asked " + secret)
    _log.info(secret)
    _log.info(secret, secret)
    _log.info("%s", Carrier(secret))
    _log.info(Carrier(secret))
    _log.info("%s", Sly(secret))
    _log.info("%s", secret.encode())
    _log.info("%s", {"known": secret})
    _log.info("too few %s %s", secret)
    _log.info("too many %s", 1, secret)
    _log.info("of the wrong kind %d", secret)
    _log.info("beside", extra={"what": secret})
    _log.info("with the stack", stack_info=True)
    _log.getChild(secret).info("from a logger of that name")
    text = read()
    assert _nothing_of(secret, text)
    assert text.count(REDACTED) >= 12


@pytest.mark.parametrize("secret", _SECRETS)
def test_an_exception_is_told_by_type_and_place_without_its_words(read: Read, secret: str) -> None:
    try:
        try:
            raise ValueError(secret)
        except ValueError as error:
            raise ConnectionError(f"while sending {secret}") from error
    except ConnectionError as error:
        error.add_note(secret)
        _log.info("the feed failed", exc_info=True)
        _log.info("the feed failed: %s", error)
    text = read()
    assert _nothing_of(secret, text)
    assert text.count("ConnectionError at ") == 2
    assert text.count("caused by ValueError at ") == 2
    assert "test_redacted_log:" in text


def test_what_is_on_the_list_is_written_in_its_form(read: Read) -> None:
    _log.info("%s sent %d messages in %.1f s, %5.2f%% of it", "binance", 12_345, 1.26, 99.5)
    _log.info("%s is %s since %d for %s", "BTC", State.STALE, 1_769_870_000_000, "fstream.binance.com")
    _log.info("%(count)03d of %(amount)s, %(kind)s, %(again)s", {
        "count": 7, "amount": Decimal("0.00100000"), "kind": OSError, "again": True,
    })  # fmt: skip
    text = read()
    assert "binance sent 12345 messages in 1.3 s, 99.50% of it" in text
    assert "BTC is STALE since 1769870000000 for fstream.binance.com" in text
    assert "007 of 0.00100000, OSError, True" in text
    assert REDACTED not in text


def test_a_number_beside_a_word_for_a_secret_is_redacted(read: Read) -> None:
    _log.info("the pin is %d", 4711)
    _log.info("pin: %d, again", 4711)
    _log.info("PIN=%(pin)d", {"pin": 4711})
    text = read()
    assert "4711" not in text
    assert text.count(REDACTED) == 3


def test_numbers_as_long_as_a_key_are_redacted(read: Read) -> None:
    key = int("c8db56825ae71d6d79447849e617115f4a920fa2", 16)
    _log.info("%d and %s and %x", key, Decimal(key), key)
    text = read()
    assert str(key) not in text
    assert f"{key:x}" not in text


@pytest.mark.parametrize(
    "host", ["secret.example.org", "abc.binance.com.example.org", "a1b2c3.binance.com", "binance.com?x=1"]
)
def test_a_host_that_is_not_known_is_redacted(read: Read, host: str) -> None:
    _log.info("connecting to %s", host)
    assert host not in read()


def test_other_loggers_never_reach_the_file(read: Read) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://api.binance.com/?%s", _QUERY)
    logging.getLogger("desktopish").info("not ours")
    logging.getLogger().info("not ours")
    assert read() == ""


def test_a_level_below_the_chosen_one_is_not_written(tmp_path: Path) -> None:
    start_log(tmp_path, "info")
    _log.debug("too quiet")
    _log.info("loud enough")
    stop_log()
    text = (tmp_path / FILE_NAME).read_text(encoding="utf-8")
    assert "too quiet" not in text
    assert "loud enough" in text


def test_a_second_start_replaces_the_first_and_a_second_stop_does_nothing(tmp_path: Path) -> None:
    start_log(tmp_path / "one", "info")
    start_log(tmp_path / "two", "info")
    _log.info("where am I")
    stop_log()
    stop_log()
    _log.info("nowhere")
    assert (tmp_path / "one" / FILE_NAME).read_text(encoding="utf-8") == ""
    assert (tmp_path / "two" / FILE_NAME).read_text(encoding="utf-8").count("\n") == 1


def test_files_are_rotated_and_private(tmp_path: Path) -> None:
    start_log(tmp_path, "info")
    for number in range(30_000):
        _log.info("message number %d of a long evening", number)
    stop_log()
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files[:2] == [FILE_NAME, f"{FILE_NAME}.1"]
    assert len(files) <= 6
    assert all(path.stat().st_size <= 1_000_000 for path in tmp_path.iterdir())
    if sys.platform != "win32":
        assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="loud"):
        start_log(tmp_path, "loud")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BadInput, match="file"):
        start_log(tmp_path / "file", "info")
