"""The file a wallet command is given."""

import argparse
import io
from pathlib import Path

import pytest

from desktop.cli import given_file
from desktop.cli.given_file import read_given
from desktop.domain.errors import BadInput, WrongUsage


def _args(file: str, *, pin: bool = False, passphrase: str = "none") -> argparse.Namespace:
    return argparse.Namespace(file=file, pin_stdin=pin, passphrase=passphrase)


def test_a_file_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(b"\0\xff")
    assert read_given(_args(str(tmp_path / "x"))) == b"\0\xff"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\n")))
    assert read_given(_args("-")) == b"\xff\n"


def test_what_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="nothing-here: cannot be read"):
        read_given(_args(str(tmp_path / "nothing-here")))
    with pytest.raises(BadInput, match="cannot be read"):
        read_given(_args(str(tmp_path)))
    monkeypatch.setattr(given_file, "_LARGEST", 3)
    (tmp_path / "large").write_bytes(b"1234")
    with pytest.raises(BadInput, match="larger than 3 bytes"):
        read_given(_args(str(tmp_path / "large")))


@pytest.mark.parametrize(("pin", "passphrase"), [(True, "none"), (False, "stdin")])
def test_standard_input_cannot_hold_a_secret_as_well(pin: bool, passphrase: str) -> None:
    with pytest.raises(WrongUsage, match="both a secret and the file"):
        read_given(_args("-", pin=pin, passphrase=passphrase))
